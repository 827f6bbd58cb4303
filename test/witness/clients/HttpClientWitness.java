import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The JDK's own HTTP client; proxy and trust come from system properties alone. */
public class HttpClientWitness {
  static final HttpClient CLIENT = HttpClient.newHttpClient();

  static HttpResponse<String> form(String url, String body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static String enc(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static String find(String text, String pattern) {
    var match = Pattern.compile(pattern).matcher(text);
    if (!match.find()) throw new IllegalStateException(pattern + " is not in " + text);
    return match.group(1);
  }

  public static void main(String[] args) throws Exception {
    String redirect = args[0], key = args[1], secret = args[2];
    String authorize = "https://www.tiktok.com/v2/auth/authorize/?client_key=" + key
        + "&response_type=code&scope=user.info.basic&state=s&redirect_uri=" + enc(redirect);
    String location = form(authorize, "decision=allow&creator=mika").headers().firstValue("location").orElseThrow();
    String code = java.net.URLDecoder.decode(find(location, "[?&]code=([^&]+)"), StandardCharsets.UTF_8);
    String tokens = form("https://open.tiktokapis.com/v2/oauth/token/",
        "grant_type=authorization_code&client_key=" + key + "&client_secret=" + secret
            + "&code=" + enc(code) + "&redirect_uri=" + enc(redirect)).body();
    var answer = CLIENT.send(
        HttpRequest.newBuilder(URI.create("https://open.tiktokapis.com/v2/user/info/?fields=display_name"))
            .header("Authorization", "Bearer " + find(tokens, "\"access_token\":\"([^\"]+)\""))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    System.out.println("{\"user\":\"" + find(answer.body(), "\"display_name\":\"([^\"]+)\"")
        + "\",\"version\":\"" + answer.version() + "\"}");
  }
}
