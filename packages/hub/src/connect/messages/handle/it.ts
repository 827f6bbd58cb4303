import type { HandleMessages } from './messages.ts'

export const it: HandleMessages = {
  asks: '{who} chiede di collegare il tuo account Bluesky',
  ifYouAgree: 'Se accetti, {who} può:',
  read: 'vedere il tuo profilo e quante persone ti seguono',
  posts: 'vedere i tuoi post, i loro risultati e le risposte degli altri',
  publish: 'pubblicare per te: testi, immagini e video',
  never: 'Nessuno riceve i tuoi messaggi privati né la tua password.',
  handle: 'Il tuo nome utente',
  handleHint: 'Per esempio mika.bsky.social',
  go: 'Continua su Bluesky',
  orPassword: 'Usa invece una password per le app',
  passwordHint:
    'Creane una in Bluesky, in Impostazioni › Privacy e sicurezza › Password per le app. Ha la forma abcd-efgh-ijkl-mnop. Non inserire mai qui la tua password.',
  appPassword: 'Password per le app',
  connect: 'Collega',
  endIt:
    'Dura finché non la interrompi, in Bluesky in Impostazioni › Privacy e sicurezza, o da dove sei arrivato.',
  notFound: 'Nessun account con questo nome. Controlla che sia scritto bene.',
  wrongPair: 'Il nome utente e la password per le app non corrispondono.',
  ownPassword:
    'Questa non è una password per le app e non è stata inviata da nessuna parte. Non inserire mai qui la tua password.',
  noAnswer: 'Il server di questo account non risponde. Riprova tra qualche minuto.',
  noPage:
    'Il server di questo account non ha una pagina su cui dare il consenso. Usa una password per le app.',
  tooOften: 'Troppi tentativi. Chiedi un nuovo link.',
  denied: 'Non hai accettato, quindi non cambia nulla.',
  failed: 'Bluesky non ha completato il collegamento',
  connected: 'Il tuo account Bluesky è collegato',
  pick: 'Quale account vuoi collegare?',
}
