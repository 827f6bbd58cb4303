require 'json'
require 'net/http'
require 'oauth2'

redirect, key, secret, = ARGV
client = OAuth2::Client.new(
  key, secret,
  site: 'https://open.tiktokapis.com', token_url: '/v2/oauth/token/', auth_scheme: :request_body,
  authorize_url: 'https://www.tiktok.com/v2/auth/authorize/'
)
url = client.auth_code.authorize_url(redirect_uri: redirect, client_key: key, scope: 'user.info.basic')
form = [%w[decision allow], %w[creator mika], %w[scope user.info.basic]]
back = Net::HTTP.post(URI(url), URI.encode_www_form(form))
code = URI.decode_www_form(URI(back['location']).query).to_h.fetch('code')
token = client.auth_code.get_token(code, redirect_uri: redirect, client_key: key, client_secret: secret)
token = token.refresh!(client_key: key, client_secret: secret)
user = token.get('/v2/user/info/', params: { fields: 'open_id,display_name' }).parsed['data']['user']
puts JSON.generate(user: user['display_name'], expires: token.expires_in)
