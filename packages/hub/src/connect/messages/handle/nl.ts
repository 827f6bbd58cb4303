import type { HandleMessages } from './messages.ts'

export const nl: HandleMessages = {
  asks: '{who} vraagt om je Bluesky-account te koppelen',
  ifYouAgree: 'Als je akkoord gaat, kan {who}:',
  read: 'je profiel zien en hoeveel mensen je volgen',
  posts: 'je berichten zien, hoe ze het doen en wat anderen antwoorden',
  publish: 'voor je plaatsen: tekst, foto’s en video’s',
  never: 'Niemand krijgt je privéberichten of je eigen wachtwoord.',
  handle: 'Je handle',
  handleHint: 'Bijvoorbeeld mika.bsky.social',
  go: 'Verder naar Bluesky',
  orPassword: 'In plaats daarvan een app-wachtwoord gebruiken',
  passwordHint:
    'Maak er een in Bluesky bij Instellingen › Privacy en beveiliging › App-wachtwoorden. Het ziet eruit als abcd-efgh-ijkl-mnop. Vul hier nooit je eigen wachtwoord in.',
  appPassword: 'App-wachtwoord',
  connect: 'Koppelen',
  endIt:
    'Het duurt tot je het beëindigt, in Bluesky bij Instellingen › Privacy en beveiliging, of waar je vandaan komt.',
  notFound: 'Er is geen account met deze naam gevonden. Kijk of hij goed is geschreven.',
  wrongPair: 'Handle en app-wachtwoord horen niet bij elkaar.',
  ownPassword:
    'Dit is geen app-wachtwoord en het is nergens heen gestuurd. Vul hier nooit je eigen wachtwoord in.',
  noAnswer: 'De server van dit account antwoordt niet. Probeer het over een paar minuten opnieuw.',
  noPage: 'De server van dit account heeft geen eigen pagina om akkoord te gaan. Gebruik een app-wachtwoord.',
  tooOften: 'Dit is te vaak geprobeerd. Vraag om een nieuwe link.',
  denied: 'Je ging niet akkoord, dus er verandert niets.',
  failed: 'Bluesky heeft de koppeling niet afgerond',
  connected: 'Je Bluesky-account is gekoppeld',
  pick: 'Welk account wil je koppelen?',
}
