import type { HandleMessages } from './messages.ts'

export const ja: HandleMessages = {
  asks: '{who} があなたの Bluesky アカウントとの連携を求めています',
  ifYouAgree: '同意すると、{who} は次のことができます。',
  read: 'プロフィールとフォロワー数を見る',
  posts: '投稿とその反応、ほかの人の返信を見る',
  publish: 'あなたに代わって投稿する（テキスト、画像、動画）',
  never: 'ダイレクトメッセージやご自身のパスワードが渡ることはありません。',
  handle: 'ハンドル',
  handleHint: '例: mika.bsky.social',
  go: 'Bluesky に進む',
  orPassword: '代わりにアプリパスワードを使う',
  passwordHint:
    'Bluesky の「設定 › プライバシーとセキュリティ › アプリパスワード」で作れます。abcd-efgh-ijkl-mnop のような形です。ご自身のパスワードはここに入力しないでください。',
  appPassword: 'アプリパスワード',
  connect: '連携する',
  endIt:
    'あなたが終えるまで続きます。Bluesky の「設定 › プライバシーとセキュリティ」か、元のサービスで終えられます。',
  notFound: 'この名前のアカウントは見つかりませんでした。つづりを確かめてください。',
  wrongPair: 'ハンドルとアプリパスワードが合いません。',
  ownPassword:
    'これはアプリパスワードではなく、どこにも送信されていません。ご自身のパスワードはここに入力しないでください。',
  noAnswer: 'このアカウントのサーバーが応答しません。数分後にもう一度お試しください。',
  noPage: 'このアカウントのサーバーには同意のページがありません。アプリパスワードを使ってください。',
  tooOften: '試行回数が多すぎます。新しいリンクを依頼してください。',
  denied: '同意されなかったため、何も変わりません。',
  failed: 'Bluesky で連携が完了しませんでした',
  connected: 'Bluesky アカウントと連携しました',
  pick: 'どのアカウントを連携しますか？',
}
