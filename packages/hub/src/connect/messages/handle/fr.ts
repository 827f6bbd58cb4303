import type { HandleMessages } from './messages.ts'

export const fr: HandleMessages = {
  asks: '{who} demande à connecter votre compte Bluesky',
  ifYouAgree: 'Si vous acceptez, {who} peut :',
  read: 'voir votre profil et le nombre de vos abonnés',
  posts: 'voir vos publications, leurs résultats et les réponses reçues',
  publish: 'publier pour vous : textes, images et vidéos',
  never: 'Personne n’obtient vos messages privés ni votre propre mot de passe.',
  handle: 'Votre pseudo',
  handleHint: 'Par exemple mika.bsky.social',
  go: 'Continuer vers Bluesky',
  orPassword: 'Utiliser plutôt un mot de passe d’application',
  passwordHint:
    'Créez-en un dans Bluesky, sous Paramètres › Vie privée et sécurité › Mots de passe d’application. Il ressemble à abcd-efgh-ijkl-mnop. Ne saisissez jamais ici votre propre mot de passe.',
  appPassword: 'Mot de passe d’application',
  connect: 'Connecter',
  endIt:
    'Cela dure jusqu’à ce que vous y mettiez fin, dans Bluesky sous Paramètres › Vie privée et sécurité, ou là d’où vous venez.',
  notFound: 'Aucun compte de ce nom n’a été trouvé. Vérifiez l’orthographe.',
  wrongPair: 'Le pseudo et le mot de passe d’application ne vont pas ensemble.',
  ownPassword:
    'Ce n’est pas un mot de passe d’application, et il n’a été envoyé nulle part. Ne saisissez jamais ici votre propre mot de passe.',
  noAnswer: 'Le serveur de ce compte ne répond pas. Réessayez dans quelques minutes.',
  noPage:
    'Le serveur de ce compte n’a pas de page pour donner votre accord. Utilisez un mot de passe d’application.',
  tooOften: 'Trop de tentatives. Demandez un nouveau lien.',
  denied: 'Vous n’avez pas accepté, rien ne change donc.',
  failed: 'Bluesky n’a pas terminé la connexion',
  connected: 'Votre compte Bluesky est connecté',
  pick: 'Quel compte voulez-vous connecter ?',
}
