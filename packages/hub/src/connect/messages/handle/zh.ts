import type { HandleMessages } from './messages.ts'

export const zh: HandleMessages = {
  asks: '{who} 请求连接你的 Bluesky 账号',
  ifYouAgree: '如果你同意，{who} 可以：',
  read: '查看你的个人资料和粉丝数',
  posts: '查看你的帖子、数据以及他人的回复',
  publish: '代你发帖：文字、图片和视频',
  never: '没有人会得到你的私信或你自己的密码。',
  handle: '你的用户名',
  handleHint: '例如 mika.bsky.social',
  go: '前往 Bluesky',
  orPassword: '改用应用密码',
  passwordHint:
    '在 Bluesky 的“设置 › 隐私与安全 › 应用密码”中创建。它的样子是 abcd-efgh-ijkl-mnop。切勿在此输入你自己的密码。',
  appPassword: '应用密码',
  connect: '连接',
  endIt: '一直有效，直到你结束它：在 Bluesky 的“设置 › 隐私与安全”中，或在你来的地方。',
  notFound: '没有找到这个名称的账号。请检查拼写。',
  wrongPair: '用户名与应用密码不匹配。',
  ownPassword: '这不是应用密码，也没有被发送到任何地方。切勿在此输入你自己的密码。',
  noAnswer: '该账号的服务器没有响应。请几分钟后再试。',
  noPage: '该账号的服务器没有用于同意的页面。请使用应用密码。',
  tooOften: '尝试次数过多。请索取新的链接。',
  denied: '你没有同意，因此什么都没有改变。',
  failed: 'Bluesky 没有完成连接',
  connected: '你的 Bluesky 账号已连接',
  pick: '你想连接哪个账号？',
}
