<?php
// PHP's curl extension, in the manner of TikTok's own samples.
[, $redirect, $key, $secret, $clip] = $argv;

function call(string $method, string $url, array $headers = [], ?string $body = null): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_CAINFO => getenv('CURL_CA_BUNDLE'),
    ]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    $answer = curl_exec($curl);
    if ($answer === false) {
        throw new RuntimeException(curl_error($curl));
    }
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $answer, curl_getinfo($curl, CURLINFO_REDIRECT_URL)];
}

$api = 'https://open.tiktokapis.com/v2';
$authorize = 'https://www.tiktok.com/v2/auth/authorize/?' . http_build_query([
    'client_key' => $key, 'state' => 's', 'response_type' => 'code',
    'scope' => 'user.info.basic,video.upload', 'redirect_uri' => $redirect,
]);
[, , $location] = call('POST', $authorize, [], 'decision=allow&creator=mika&scope=video.upload');
parse_str(parse_url($location, PHP_URL_QUERY), $back);
[, $text] = call('POST', "$api/oauth/token/", ['Content-Type: application/x-www-form-urlencoded'], http_build_query([
    'client_key' => $key, 'client_secret' => $secret, 'code' => $back['code'],
    'grant_type' => 'authorization_code', 'redirect_uri' => $redirect,
]));
$token = json_decode($text, true);
$headers = ["Authorization: Bearer {$token['access_token']}", 'Content-Type: application/json; charset=UTF-8'];
$size = filesize($clip);
$source = ['source' => 'FILE_UPLOAD', 'video_size' => $size, 'chunk_size' => $size, 'total_chunk_count' => 1];
[, $text] = call('POST', "$api/post/publish/inbox/video/init/", $headers, json_encode(['source_info' => $source]));
$init = json_decode($text, true)['data'];
[$put] = call('PUT', $init['upload_url'], [
    'Content-Type: video/mp4', 'Content-Range: bytes 0-' . ($size - 1) . "/$size",
], file_get_contents($clip));
for ($i = 0; $i < 25; $i++) {
    [, $text] = call('POST', "$api/post/publish/status/fetch/", $headers, json_encode(['publish_id' => $init['publish_id']]));
    $status = json_decode($text, true)['data']['status'];
    if ($status !== 'PROCESSING_UPLOAD') {
        break;
    }
    usleep(100000);
}
echo json_encode(['put' => $put, 'status' => $status, 'scope' => $token['scope']]);
