import type { HandleMessages } from './messages.ts'

export const es: HandleMessages = {
  asks: '{who} pide conectar tu cuenta de Bluesky',
  ifYouAgree: 'Si aceptas, {who} puede:',
  read: 'ver tu perfil y cuántas personas te siguen',
  posts: 'ver tus publicaciones, sus resultados y lo que otros responden',
  publish: 'publicar por ti: textos, imágenes y vídeos',
  never: 'Nadie recibe tus mensajes directos ni tu propia contraseña.',
  handle: 'Tu nombre de usuario',
  handleHint: 'Por ejemplo mika.bsky.social',
  go: 'Continuar a Bluesky',
  orPassword: 'Usar una contraseña de aplicación',
  passwordHint:
    'Crea una en Bluesky, en Ajustes › Privacidad y seguridad › Contraseñas de aplicación. Tiene la forma abcd-efgh-ijkl-mnop. No escribas nunca aquí tu propia contraseña.',
  appPassword: 'Contraseña de aplicación',
  connect: 'Conectar',
  endIt:
    'Dura hasta que lo termines, en Bluesky en Ajustes › Privacidad y seguridad, o en el sitio del que vienes.',
  notFound: 'No se encontró ninguna cuenta con ese nombre. Comprueba que esté bien escrito.',
  wrongPair: 'El nombre de usuario y la contraseña de aplicación no corresponden.',
  ownPassword:
    'Esto no es una contraseña de aplicación y no se ha enviado a ninguna parte. No escribas nunca aquí tu propia contraseña.',
  noAnswer: 'El servidor de esta cuenta no responde. Inténtalo de nuevo en unos minutos.',
  noPage:
    'El servidor de esta cuenta no tiene una página propia para dar permiso. Usa una contraseña de aplicación.',
  tooOften: 'Se ha intentado demasiadas veces. Pide un enlace nuevo.',
  denied: 'No aceptaste, así que no cambia nada.',
  failed: 'Bluesky no terminó la conexión',
  connected: 'Tu cuenta de Bluesky está conectada',
  pick: '¿Qué cuenta quieres conectar?',
}
