import type { HandleMessages } from './messages.ts'

export const de: HandleMessages = {
  asks: '{who} möchte dein Bluesky-Konto verbinden',
  ifYouAgree: 'Wenn du zustimmst, kann {who}:',
  read: 'dein Profil sehen und wie viele dir folgen',
  posts: 'deine Beiträge sehen, wie sie laufen und was andere antworten',
  publish: 'für dich posten: Text, Bilder und Videos',
  never: 'Deine Direktnachrichten und dein eigenes Passwort bekommt niemand.',
  handle: 'Dein Handle',
  handleHint: 'Zum Beispiel mika.bsky.social',
  go: 'Weiter zu Bluesky',
  orPassword: 'Stattdessen ein App-Passwort verwenden',
  passwordHint:
    'Erstelle eines in Bluesky unter Einstellungen › Datenschutz und Sicherheit › App-Passwörter. Es sieht aus wie abcd-efgh-ijkl-mnop. Gib hier nie dein eigenes Passwort ein.',
  appPassword: 'App-Passwort',
  connect: 'Verbinden',
  endIt:
    'Es gilt, bis du es beendest: in Bluesky unter Einstellungen › Datenschutz und Sicherheit oder dort, wo du herkommst.',
  notFound: 'Kein Konto mit diesem Namen gefunden. Prüfe, ob er richtig geschrieben ist.',
  wrongPair: 'Handle und App-Passwort gehören nicht zusammen.',
  ownPassword:
    'Das ist kein App-Passwort, und es wurde nirgendwohin geschickt. Gib hier nie dein eigenes Passwort ein.',
  noAnswer: 'Der Server dieses Kontos antwortet nicht. Versuche es in ein paar Minuten noch einmal.',
  noPage: 'Der Server dieses Kontos hat keine eigene Seite für die Zustimmung. Verwende ein App-Passwort.',
  tooOften: 'Das wurde zu oft versucht. Bitte um einen neuen Link.',
  denied: 'Du hast nicht zugestimmt, es ändert sich also nichts.',
  failed: 'Bluesky hat die Verbindung nicht abgeschlossen',
  connected: 'Dein Bluesky-Konto ist verbunden',
  pick: 'Welches Konto möchtest du verbinden?',
}
