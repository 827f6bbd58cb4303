<?php
/**
 * Logs a creator in and reads their profile and videos, with PHP's curl extension and TikTok's own addresses.
 *
 *   npx tockwork emulate --proxy-port 4647        # prints variables: export them here, and nothing leaves the machine
 *   php examples/login_and_read.php               # without them it is the real TikTok
 *
 * Environment: TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, REDIRECT_URI.
 */
const API = 'https://open.tiktokapis.com';
$key = getenv('TIKTOK_CLIENT_KEY') ?: 'tw-demo-app';
$secret = getenv('TIKTOK_CLIENT_SECRET') ?: 'tw-demo-secret';
$redirect = getenv('REDIRECT_URI') ?: 'https://example.com/callback';

function call(string $path, array|string|null $body = null, ?string $token = null): array
{
    $curl = curl_init(API . $path);
    $headers = $token === null ? [] : ['Authorization: Bearer ' . $token];
    if (is_array($body)) {
        $headers[] = 'Content-Type: application/json';
        $body = json_encode($body);
    }
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30, CURLOPT_HTTPHEADER => $headers]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    // curl reads HTTPS_PROXY by itself; PHP does not read the certificates' variable.
    if (getenv('CURL_CA_BUNDLE')) {
        curl_setopt($curl, CURLOPT_CAINFO, getenv('CURL_CA_BUNDLE'));
    }
    $answer = curl_exec($curl);
    if ($answer === false) {
        throw new RuntimeException(curl_error($curl));
    }
    // Ids are larger than a float holds.
    return json_decode($answer, true, flags: JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR);
}

$state = bin2hex(random_bytes(16));
echo 'Open https://www.tiktok.com/v2/auth/authorize/?', http_build_query([
    'client_key' => $key, 'response_type' => 'code', 'scope' => 'user.info.basic,video.list',
    'redirect_uri' => $redirect, 'state' => $state,
]), "\nWhere did it lead back to? ";
parse_str((string) parse_url(trim((string) fgets(STDIN)), PHP_URL_QUERY), $back);
hash_equals($state, $back['state'] ?? '') || exit("That is the end of another login.\n");

$grant = call('/v2/oauth/token/', http_build_query([
    'client_key' => $key, 'client_secret' => $secret, 'code' => $back['code'],
    'grant_type' => 'authorization_code', 'redirect_uri' => $redirect,
]));
$user = call('/v2/user/info/?fields=display_name', null, $grant['access_token'])['data']['user'];
echo $user['display_name'], "\n";
$list = call('/v2/video/list/?fields=id,title', ['max_count' => 3], $grant['access_token'])['data'];
foreach ($list['videos'] as ['id' => $id, 'title' => $title]) {
    echo $id, ' ', $title, "\n";
}
