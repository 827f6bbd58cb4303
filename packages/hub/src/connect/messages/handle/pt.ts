import type { HandleMessages } from './messages.ts'

export const pt: HandleMessages = {
  asks: '{who} pede para ligar a tua conta Bluesky',
  ifYouAgree: 'Se concordares, {who} pode:',
  read: 'ver o teu perfil e quantas pessoas te seguem',
  posts: 'ver as tuas publicações, os resultados e o que outros respondem',
  publish: 'publicar por ti: texto, imagens e vídeos',
  never: 'Ninguém recebe as tuas mensagens privadas nem a tua própria palavra-passe.',
  handle: 'O teu nome de utilizador',
  handleHint: 'Por exemplo mika.bsky.social',
  go: 'Continuar para o Bluesky',
  orPassword: 'Usar antes uma palavra-passe de aplicação',
  passwordHint:
    'Cria uma no Bluesky, em Definições › Privacidade e segurança › Palavras-passe de aplicações. Tem a forma abcd-efgh-ijkl-mnop. Nunca escrevas aqui a tua própria palavra-passe.',
  appPassword: 'Palavra-passe de aplicação',
  connect: 'Ligar',
  endIt:
    'Dura até a terminares, no Bluesky em Definições › Privacidade e segurança, ou no sítio de onde vieste.',
  notFound: 'Não foi encontrada nenhuma conta com este nome. Vê se está bem escrito.',
  wrongPair: 'O nome de utilizador e a palavra-passe de aplicação não correspondem.',
  ownPassword:
    'Isto não é uma palavra-passe de aplicação e não foi enviado para lado nenhum. Nunca escrevas aqui a tua própria palavra-passe.',
  noAnswer: 'O servidor desta conta não responde. Tenta de novo dentro de alguns minutos.',
  noPage:
    'O servidor desta conta não tem uma página própria para dar consentimento. Usa uma palavra-passe de aplicação.',
  tooOften: 'Foi tentado vezes a mais. Pede uma nova ligação.',
  denied: 'Não concordaste, por isso nada muda.',
  failed: 'O Bluesky não concluiu a ligação',
  connected: 'A tua conta Bluesky está ligada',
  pick: 'Que conta queres ligar?',
}
