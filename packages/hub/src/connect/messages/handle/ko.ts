import type { HandleMessages } from './messages.ts'

export const ko: HandleMessages = {
  asks: '{who}에서 Bluesky 계정 연결을 요청합니다',
  ifYouAgree: '동의하면 {who}에서 할 수 있는 일:',
  read: '프로필과 팔로워 수 보기',
  posts: '게시물과 그 반응, 다른 사람의 답글 보기',
  publish: '대신 게시하기: 글, 사진, 동영상',
  never: '쪽지나 본인의 비밀번호는 누구에게도 전달되지 않습니다.',
  handle: '핸들',
  handleHint: '예: mika.bsky.social',
  go: 'Bluesky로 계속',
  orPassword: '대신 앱 비밀번호 사용',
  passwordHint:
    'Bluesky의 설정 › 개인정보 및 보안 › 앱 비밀번호에서 만드세요. abcd-efgh-ijkl-mnop 같은 모양입니다. 본인의 비밀번호는 여기에 입력하지 마세요.',
  appPassword: '앱 비밀번호',
  connect: '연결',
  endIt: '끝낼 때까지 유지됩니다. Bluesky의 설정 › 개인정보 및 보안 또는 처음 온 곳에서 끝낼 수 있습니다.',
  notFound: '이 이름의 계정을 찾을 수 없습니다. 철자를 확인하세요.',
  wrongPair: '핸들과 앱 비밀번호가 맞지 않습니다.',
  ownPassword: '앱 비밀번호가 아니며 어디에도 전송되지 않았습니다. 본인의 비밀번호는 여기에 입력하지 마세요.',
  noAnswer: '이 계정의 서버가 응답하지 않습니다. 몇 분 뒤에 다시 시도하세요.',
  noPage: '이 계정의 서버에는 동의 페이지가 없습니다. 앱 비밀번호를 사용하세요.',
  tooOften: '너무 여러 번 시도했습니다. 새 링크를 요청하세요.',
  denied: '동의하지 않아 아무것도 바뀌지 않습니다.',
  failed: 'Bluesky에서 연결을 마치지 못했습니다',
  connected: 'Bluesky 계정이 연결되었습니다',
  pick: '어느 계정을 연결할까요?',
}
