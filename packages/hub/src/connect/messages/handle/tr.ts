import type { HandleMessages } from './messages.ts'

export const tr: HandleMessages = {
  asks: '{who}, Bluesky hesabını bağlamak istiyor',
  ifYouAgree: 'Kabul edersen {who} şunları yapabilir:',
  read: 'profilini ve kaç kişinin seni takip ettiğini görmek',
  posts: 'gönderilerini, sonuçlarını ve başkalarının yanıtlarını görmek',
  publish: 'senin adına paylaşmak: metin, görsel ve video',
  never: 'Kimse özel mesajlarını ya da kendi parolanı almaz.',
  handle: 'Kullanıcı adın',
  handleHint: 'Örneğin mika.bsky.social',
  go: 'Bluesky’a devam et',
  orPassword: 'Bunun yerine uygulama parolası kullan',
  passwordHint:
    'Bluesky’da Ayarlar › Gizlilik ve güvenlik › Uygulama parolaları altında bir tane oluştur. abcd-efgh-ijkl-mnop biçimindedir. Buraya asla kendi parolanı yazma.',
  appPassword: 'Uygulama parolası',
  connect: 'Bağla',
  endIt: 'Sen bitirene kadar sürer: Bluesky’da Ayarlar › Gizlilik ve güvenlik altında ya da geldiğin yerde.',
  notFound: 'Bu adda bir hesap bulunamadı. Doğru yazıldığına bak.',
  wrongPair: 'Kullanıcı adı ile uygulama parolası eşleşmiyor.',
  ownPassword:
    'Bu bir uygulama parolası değil ve hiçbir yere gönderilmedi. Buraya asla kendi parolanı yazma.',
  noAnswer: 'Bu hesabın sunucusu yanıt vermiyor. Birkaç dakika sonra yeniden dene.',
  noPage: 'Bu hesabın sunucusunda onay için bir sayfa yok. Uygulama parolası kullan.',
  tooOften: 'Çok fazla denendi. Yeni bir bağlantı iste.',
  denied: 'Kabul etmedin, bu yüzden hiçbir şey değişmedi.',
  failed: 'Bluesky bağlantıyı tamamlamadı',
  connected: 'Bluesky hesabın bağlandı',
  pick: 'Hangi hesabı bağlamak istiyorsun?',
}
