// Generated from fixtures/open-api by `npm run openapi`; change those files, not this one.
import type { CallbackExample, EndpointExamples, Vectors, WebhookExample } from './examples.ts'

export const endpointExamples: EndpointExamples = {
  "commercial.queryAds": [
    {
      "name": "by day, country and audience",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-query-ads",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "ad.id,ad.first_shown_date,ad.last_shown_date,ad.status,ad.videos,ad.image_urls,ad.reach,advertiser.business_id,advertiser.business_name,advertiser.paid_for_by",
      },
      "request": {
        "filters": {
          "ad_published_date_range": {
            "min": "20221102",
            "max": "20230303",
          },
          "country_code": "IT",
          "advertiser_business_ids": [
            3847236290405,
          ],
          "unique_users_seen_size_range": {
            "min": "10K",
            "max": "1M",
          },
        },
        "search_term": "coffee",
        "max_count": 10,
      },
      "response": {
        "data": {
          "ads": [
            {
              "ad": {
                "id": 104988345,
                "first_shown_date": "20230103",
                "last_shown_date": "20230106",
                "status": "active",
                "videos": [
                  {
                    "url": "https://example.com/v.mp4",
                  },
                ],
                "image_urls": [],
                "reach": {
                  "unique_users_seen": "11K",
                },
              },
              "advertiser": {
                "business_id": 3847236290405,
                "business_name": "Awesome Co.",
                "paid_by": "Awesome Co.",
              },
            },
          ],
          "has_more": true,
          "search_id": "2837438294054038",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
    {
      "name": "the newer filters",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-query-ads",
      "provenance": "observed",
      "note": "As two unrelated projects describe the request in autumn 2026.",
      "query": {
        "fields": "ad.id,ad.status",
      },
      "request": {
        "filters": {
          "ad_published_date_range": {
            "min": "20260102",
            "max": "20260303",
          },
          "country_code_list": [
            "FR",
            "DE",
          ],
          "ad_type": "VIDEO",
          "ad_status": "ACTIVE",
          "gender": "ALL",
          "ad_reach": "10K-100K",
        },
        "search_type": "fuzzy_phrase",
        "search_term": "coffee beans",
        "max_count": 10,
      },
      "response": {
        "data": {
          "ads": [],
          "has_more": false,
          "search_id": "",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
  ],
  "commercial.adDetail": [
    {
      "name": "an ad with its audience",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-get-ad-details",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "ad.id,ad.title,ad.rejection_info,advertiser.business_id,advertiser.follower_count,ad_group.targeting_info",
      },
      "request": {
        "ad_id": 104988345,
      },
      "response": {
        "data": {
          "ad": {
            "id": 104988345,
            "title": "Coffee",
            "rejection_info": {
              "reasons": [
                "The ad has unsuitable content",
              ],
              "affected_countries": [
                "FR",
              ],
              "reporting_source": "TikTok",
              "automated_notice": null,
            },
          },
          "ad_group": {
            "targeting_info": {
              "number_of_users_targeted": "50K",
              "country": [
                "FR",
              ],
              "age": {
                "18-24": true,
                "25-34": false,
              },
              "gender": {
                "female": true,
                "male": true,
                "unknown": false,
              },
              "audience_targeting": "No",
              "interest": "Food,Coffee",
            },
          },
          "advertiser": {
            "business_id": 3847236290405,
            "business_name": "Awesome Co.",
            "tiktok_account": {
              "profile_url": "https://www.tiktok.com/@awesome",
              "avatar_url": "https://example.com/a.jpeg",
              "follower_count": 1200,
            },
          },
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
  ],
  "commercial.adReport": [
    {
      "name": "ads a day",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-get-ad-report",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "count_time_series_by_country",
      },
      "request": {
        "filters": {
          "ad_published_date_range": {
            "min": "20221102",
            "max": "20221104",
          },
          "country_code": "FR",
        },
      },
      "response": {
        "data": {
          "count_time_series_by_country": {
            "FR": [
              {
                "date": "20221104",
                "count": 7,
              },
              {
                "date": "20221103",
                "count": 5,
              },
            ],
          },
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
  ],
  "commercial.queryAdvertisers": [
    {
      "name": "by name",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-query-advertisers",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "business_name,business_id,country_code",
      },
      "request": {
        "search_term": "awesome",
        "max_count": 10,
      },
      "response": {
        "data": {
          "advertisers": [
            {
              "business_id": 3847236290405,
              "business_name": "Awesome Co.",
              "country_code": "US",
            },
          ],
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
  ],
  "commercial.queryContent": [
    {
      "name": "labelled content of a day",
      "source": "https://developers.tiktok.com/doc/commercial-content-api-query-commercial-content",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "id,create_timestamp,create_date,label,brand_names,creator,videos",
      },
      "request": {
        "filters": {
          "content_published_date_range": {
            "min": "20230701",
            "max": "20230702",
          },
          "creator_country_code": "ALL",
          "creator_usernames": [
            "joe123456",
          ],
        },
        "max_count": 10,
      },
      "response": {
        "data": {
          "commercial_contents": [
            {
              "id": "v09044g40000ce6enu3c77u36l73sp20",
              "create_timestamp": 1688169600,
              "create_date": "20230701",
              "label": "Paid partnership",
              "brand_names": [
                "",
              ],
              "creator": {
                "username": "joe123456",
              },
              "videos": [
                {
                  "id": 7250651234567890123n,
                  "status": "active",
                  "url": "https://example.com/v.mp4",
                  "cover_image_url": "https://example.com/c.jpeg",
                },
              ],
            },
          ],
          "has_more": false,
          "search_id": "2837438294054038",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
          "http_status_code": 200,
        },
      },
    },
  ],
  "display.userInfo": [
    {
      "name": "three fields",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info",
      "provenance": "documented",
      "query": {
        "fields": "open_id,union_id,avatar_url",
      },
      "response": {
        "data": {
          "user": {
            "avatar_url": "https://p19-sign.tiktokcdn-us.com/…~c5_168x168.jpeg",
            "open_id": "723f24d7-e717-40f8-a2b6-cb8464cd23b4",
            "union_id": "c9c60f44-a68e-4f5d-84dd-ce22faeb0ba1",
          },
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "every field",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "fields": "open_id,union_id,avatar_url,avatar_url_100,avatar_large_url,display_name,bio_description,profile_deep_link,is_verified,username,follower_count,following_count,likes_count,video_count",
      },
      "response": {
        "data": {
          "user": {
            "open_id": "723f24d7-e717-40f8-a2b6-cb8464cd23b4",
            "union_id": "c9c60f44-a68e-4f5d-84dd-ce22faeb0ba1",
            "avatar_url": "https://example.com/168.jpeg",
            "avatar_url_100": "https://example.com/100.jpeg",
            "avatar_large_url": "https://example.com/1080.jpeg",
            "display_name": "TikTok Official",
            "bio_description": "Bio",
            "profile_deep_link": "https://vm.tiktok.com/example/",
            "is_verified": true,
            "username": "tiktok",
            "follower_count": 87100000,
            "following_count": 490,
            "likes_count": 337000000,
            "video_count": 1042,
          },
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "an invalid token",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-error-handling",
      "provenance": "documented",
      "status": 401,
      "response": {
        "data": {},
        "error": {
          "code": "access_token_invalid",
          "message": "Access token is invalid, please refresh token and retry",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
  ],
  "display.videoList": [
    {
      "name": "one video",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-video-list",
      "provenance": "documented",
      "query": {
        "fields": "cover_image_url,id,title",
      },
      "request": {
        "max_count": 20,
      },
      "response": {
        "data": {
          "videos": [
            {
              "cover_image_url": "https://p16-sign.tiktokcdn-us.com/…?x-expires=1659000367&x-signature=…",
              "id": "12345123451234512345",
              "title": "Video Title",
            },
          ],
          "cursor": 1643332803000,
          "has_more": false,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "the next page",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-video-list",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "fields": "id",
      },
      "request": {
        "cursor": 1643332803000,
        "max_count": 10,
      },
    },
  ],
  "display.videoQuery": [
    {
      "name": "by ids",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-video-query",
      "provenance": "documented",
      "query": {
        "fields": "id,title",
      },
      "request": {
        "filters": {
          "video_ids": [
            "7077642457847994444",
          ],
        },
      },
      "response": {
        "data": {
          "videos": [
            {
              "id": "7077642457847994444",
              "title": "Video Title",
            },
          ],
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "with the page fields of the get-started sample",
      "source": "https://developers.tiktok.com/doc/display-api-get-started",
      "provenance": "documented",
      "note": "cursor and has_more stand in this sample and not in the reference.",
      "response": {
        "data": {
          "videos": [
            {
              "id": "7077642457847994444",
              "title": "Video Title",
            },
          ],
          "cursor": 0,
          "has_more": false,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "every field",
      "source": "https://developers.tiktok.com/doc/tiktok-api-v2-video-object",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "fields": "id,create_time,cover_image_url,share_url,video_description,duration,height,width,title,embed_html,embed_link,like_count,comment_count,share_count,view_count",
      },
      "response": {
        "data": {
          "videos": [
            {
              "id": "7077642457847994444",
              "create_time": 1647897162,
              "cover_image_url": "https://p16-sign.tiktokcdn-us.com/…?x-expires=1659000367&x-signature=…",
              "share_url": "https://www.tiktok.com/@user/video/7077642457847994444?utm_campaign=tt4d_open_api&utm_source=CLIENT_KEY",
              "video_description": "Description",
              "duration": 15,
              "height": 1024,
              "width": 576,
              "title": "Video Title",
              "embed_html": "<blockquote class=\"tiktok-embed\"></blockquote>",
              "embed_link": "https://www.tiktok.com/static/profile-video?id=7077642457847994444&hide_author=1&utm_campaign=tt4d_open_api&utm_source=CLIENT_KEY",
              "like_count": 10,
              "comment_count": 2,
              "share_count": 1,
              "view_count": 3000000000,
            },
          ],
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
  ],
  "embed.oembed": [
    {
      "name": "video",
      "source": "https://developers.tiktok.com/doc/embed-videos",
      "provenance": "assumed",
      "note": "The fixed values are the page’s; title, author and addresses are ours.",
      "query": {
        "url": "https://www.tiktok.com/@scout2015/video/6718335390845095173",
      },
      "response": {
        "version": "1.0",
        "type": "video",
        "title": "Video Title",
        "author_url": "https://www.tiktok.com/@scout2015",
        "author_name": "Scout",
        "width": "100%",
        "height": "100%",
        "html": "<blockquote class=\"tiktok-embed\" cite=\"https://www.tiktok.com/@scout2015/video/6718335390845095173\" data-video-id=\"6718335390845095173\"></blockquote>",
        "thumbnail_width": 720,
        "thumbnail_height": 1280,
        "thumbnail_url": "https://p16.tiktokcdn.com/example.jpeg",
        "provider_url": "https://www.tiktok.com",
        "provider_name": "TikTok",
      },
    },
    {
      "name": "profile",
      "source": "https://developers.tiktok.com/doc/embed-creator-profiles",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "url": "https://www.tiktok.com/@scout2015",
      },
      "response": {
        "version": "1.0",
        "type": "rich",
        "title": "Scout",
        "author_url": "https://www.tiktok.com/@scout2015",
        "author_name": "Scout",
        "width": "100%",
        "height": "100%",
        "html": "<blockquote class=\"tiktok-embed\" cite=\"https://www.tiktok.com/@scout2015\" data-unique-id=\"scout2015\" data-embed-type=\"creator\"></blockquote>",
        "provider_url": "https://www.tiktok.com",
        "provider_name": "TikTok",
      },
    },
    {
      "name": "live answer with further fields",
      "source": "https://developers.tiktok.com/doc/embed-videos",
      "provenance": "observed",
      "note": "author_unique_id, embed_product_id and embed_type stand in captures by public projects.",
      "response": {
        "version": "1.0",
        "type": "video",
        "title": "Video Title",
        "author_url": "https://www.tiktok.com/@scout2015",
        "author_name": "Scout",
        "author_unique_id": "scout2015",
        "embed_product_id": "6718335390845095173",
        "embed_type": "video",
        "width": "100%",
        "height": "100%",
        "html": "<blockquote></blockquote>",
        "thumbnail_width": 576,
        "thumbnail_height": 1024,
        "thumbnail_url": "https://p16.tiktokcdn.com/example.jpeg",
        "provider_url": "https://www.tiktok.com",
        "provider_name": "TikTok",
      },
    },
  ],
  "oauth.authorize": [
    {
      "name": "web",
      "source": "https://developers.tiktok.com/doc/login-kit-web",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "client_key": "CLIENT_KEY",
        "response_type": "code",
        "scope": "user.info.basic,video.list",
        "redirect_uri": "https://example.com/callback/",
        "state": "STATE",
        "disable_auto_auth": "1",
      },
    },
    {
      "name": "desktop, with a challenge",
      "source": "https://developers.tiktok.com/doc/login-kit-desktop",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "client_key": "CLIENT_KEY",
        "response_type": "code",
        "scope": "user.info.basic",
        "redirect_uri": "http://localhost:3455/callback/",
        "state": "STATE",
        "code_challenge": "834b6e67aab8d76ccef4846478052cf0737a3107973ec19c7b7ec9dd1b1cf304",
        "code_challenge_method": "S256",
      },
    },
  ],
  "oauth.exchangeCode": [
    {
      "name": "authorization code",
      "source": "https://developers.tiktok.com/doc/oauth-user-access-token-management",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "grant_type": "authorization_code",
        "code": "CODE",
        "redirect_uri": "https://example.com/callback/",
      },
      "response": {
        "access_token": "act.example12345Example12345Example",
        "expires_in": 86400,
        "open_id": "afd97af1-b87b-48b9-ac98-410aghda5344",
        "refresh_expires_in": 31536000,
        "refresh_token": "rft.example12345Example12345Example",
        "scope": "user.info.basic,video.list",
        "token_type": "Bearer",
      },
    },
    {
      "name": "desktop, with a verifier",
      "source": "https://developers.tiktok.com/doc/login-kit-desktop",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "grant_type": "authorization_code",
        "code": "CODE*0!6410",
        "redirect_uri": "http://localhost:3455/callback/",
        "code_verifier": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
      },
    },
    {
      "name": "an open_id that is no UUID",
      "source": "https://developers.tiktok.com/doc/oauth-user-access-token-management",
      "provenance": "observed",
      "note": "open_id values of this form stand in public client code.",
      "response": {
        "access_token": "act.example12345Example12345Example",
        "expires_in": 86400,
        "open_id": "-000YSS_OTWKQexampleExampleExample",
        "refresh_expires_in": 31536000,
        "refresh_token": "rft.example12345Example12345Example",
        "scope": "user.info.basic,video.list",
        "token_type": "Bearer",
      },
    },
    {
      "name": "another redirect_uri",
      "source": "https://developers.tiktok.com/doc/oauth-error-handling",
      "provenance": "documented",
      "note": "The description is the page’s; our copy does not show the code beside it.",
      "status": 200,
      "response": {
        "error": "invalid_request",
        "error_description": "Redirect_uri is not matched with the uri when requesting code.",
        "log_id": "202210112248442CB9319E1FB30C1073F3",
      },
    },
    {
      "name": "malformed",
      "source": "https://developers.tiktok.com/doc/oauth-error-handling",
      "provenance": "documented",
      "note": "The description is the page’s; our copy does not show the code beside it.",
      "status": 200,
      "response": {
        "error": "invalid_request",
        "error_description": "The request parameters are malformed.",
        "log_id": "202210112248442CB9319E1FB30C1073F3",
      },
    },
    {
      "name": "expired code",
      "source": "https://developers.tiktok.com/doc/oauth-error-handling",
      "provenance": "observed",
      "note": "The description stands in public client code, with HTTP 200.",
      "status": 200,
      "response": {
        "error": "invalid_grant",
        "error_description": "Authorization code is expired.",
        "log_id": "202210112248442CB9319E1FB30C1073F3",
      },
    },
  ],
  "oauth.refreshToken": [
    {
      "name": "refresh",
      "source": "https://developers.tiktok.com/doc/oauth-user-access-token-management",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "grant_type": "refresh_token",
        "refresh_token": "rft.example12345Example12345Example",
      },
      "response": {
        "access_token": "act.example12345Example12345Example",
        "expires_in": 86400,
        "open_id": "afd97af1-b87b-48b9-ac98-410aghda5344",
        "refresh_expires_in": 31536000,
        "refresh_token": "rft.example12345Example12345Example",
        "scope": "user.info.basic,video.list",
        "token_type": "Bearer",
      },
    },
  ],
  "oauth.clientToken": [
    {
      "name": "client credentials",
      "source": "https://developers.tiktok.com/doc/client-access-token-management",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "grant_type": "client_credentials",
      },
      "response": {
        "access_token": "clt.example12345Example12345Example",
        "expires_in": 7200,
        "token_type": "Bearer",
      },
    },
    {
      "name": "no secret",
      "source": "https://developers.tiktok.com/doc/client-access-token-management",
      "provenance": "documented",
      "status": 200,
      "response": {
        "error": "invalid_request",
        "error_description": "Client secret is missed in request.",
        "log_id": "202210112248442CB9319E1FB30C1073F3",
      },
    },
  ],
  "oauth.revoke": [
    {
      "name": "revoke",
      "source": "https://developers.tiktok.com/doc/oauth-user-access-token-management",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "token": "act.example12345Example12345Example",
      },
      "response": {},
    },
  ],
  "oauth.getQrCode": [
    {
      "name": "get a code",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "scope": "user.info.basic",
        "state": "STATE",
      },
      "response": {
        "scan_qrcode_url": "aweme://authorize?authType=100&client_key=CLIENT_KEY&client_ticket=tobefilled&scope=user.info.basic",
        "token": "VJ5J",
      },
    },
  ],
  "oauth.checkQrCode": [
    {
      "name": "new",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "request": {
        "client_key": "CLIENT_KEY",
        "client_secret": "CLIENT_SECRET",
        "token": "VJ5J",
      },
      "response": {
        "status": "new",
        "client_ticket": "",
      },
    },
    {
      "name": "scanned",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "response": {
        "status": "scanned",
        "client_ticket": "TICKET",
      },
    },
    {
      "name": "confirmed",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "response": {
        "status": "confirmed",
        "client_ticket": "TICKET",
        "redirect_uri": "https://example.com?code=example_code",
      },
    },
    {
      "name": "expired",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "response": {
        "status": "expired",
        "client_ticket": "",
      },
    },
    {
      "name": "utilised",
      "source": "https://developers.tiktok.com/doc/login-kit-qr-code-authorization",
      "provenance": "documented",
      "response": {
        "status": "utilised",
        "client_ticket": "TICKET",
      },
    },
  ],
  "portability.addDataRequest": [
    {
      "name": "everything as JSON",
      "source": "https://developers.tiktok.com/doc/data-portability-api-add-data-request",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "query": {
        "fields": "request_id",
      },
      "request": {
        "data_format": "json",
        "category_selection_list": [
          "all_data",
        ],
      },
      "response": {
        "data": {
          "request_id": 574834754834754834n,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
  ],
  "portability.checkDataRequest": [
    {
      "name": "ready",
      "source": "https://developers.tiktok.com/doc/data-portability-api-check-status-of-data-request",
      "provenance": "assumed",
      "note": "direct_messages, in the plural, is what the page’s sample returns.",
      "query": {
        "fields": "request_id,apply_time,collect_time,status,data_format,category_selection_list",
      },
      "request": {
        "request_id": 574834754834754834n,
      },
      "response": {
        "data": {
          "request_id": 574834754834754834n,
          "apply_time": 1705968000,
          "collect_time": 1705971600,
          "status": "downloading",
          "data_format": "json",
          "category_selection_list": [
            "video",
            "direct_messages",
          ],
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
    {
      "name": "an unknown request",
      "source": "https://developers.tiktok.com/doc/data-portability-api-check-status-of-data-request",
      "provenance": "documented",
      "status": 400,
      "response": {
        "data": {},
        "error": {
          "code": "invalid_params",
          "http_status_code": 400,
          "log_id": "20240125230933D4C4606E87F0A61BE502",
          "message": "Incorrect `request_id`. Please validate the request.",
        },
      },
    },
  ],
  "portability.cancelDataRequest": [
    {
      "name": "cancel",
      "source": "https://developers.tiktok.com/doc/data-portability-api-cancel-data-request",
      "provenance": "documented",
      "request": {
        "request_id": 574834754834754834n,
      },
      "response": {
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "20220829194722CBE87ED59D524E727021",
        },
      },
    },
  ],
  "portability.downloadData": [
    {
      "name": "download",
      "source": "https://developers.tiktok.com/doc/data-portability-api-download",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "request": {
        "request_id": 574834754834754834n,
      },
    },
  ],
  "posting.creatorInfo": [
    {
      "name": "public account",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
      "provenance": "documented",
      "response": {
        "data": {
          "creator_avatar_url": "https://lf16-tt4d.tiktokcdn.com/obj/tiktok-open-platform/8d57…",
          "creator_username": "tiktok",
          "creator_nickname": "TikTok Official",
          "privacy_level_options": [
            "PUBLIC_TO_EVERYONE",
            "MUTUAL_FOLLOW_FRIENDS",
            "SELF_ONLY",
          ],
          "comment_disabled": false,
          "duet_disabled": false,
          "stitch_disabled": true,
          "max_video_post_duration_sec": 300,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "private account",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "response": {
        "data": {
          "creator_avatar_url": "https://lf16-tt4d.tiktokcdn.com/obj/tiktok-open-platform/8d57…",
          "creator_username": "tiktok",
          "creator_nickname": "TikTok Official",
          "privacy_level_options": [
            "FOLLOWER_OF_CREATOR",
            "MUTUAL_FOLLOW_FRIENDS",
            "SELF_ONLY",
          ],
          "comment_disabled": false,
          "duet_disabled": true,
          "stitch_disabled": true,
          "max_video_post_duration_sec": 300,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "spam_risk_too_many_posts comes with HTTP 200",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 200,
      "response": {
        "data": {},
        "error": {
          "code": "spam_risk_too_many_posts",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "spam_risk_user_banned_from_posting comes with HTTP 200",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 200,
      "response": {
        "data": {},
        "error": {
          "code": "spam_risk_user_banned_from_posting",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "reached_active_user_cap comes with HTTP 200",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 200,
      "response": {
        "data": {},
        "error": {
          "code": "reached_active_user_cap",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
  ],
  "posting.initVideo": [
    {
      "name": "file upload",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "request": {
        "post_info": {
          "title": "this will be a funny #cat video on your @tiktok #fyp",
          "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
          "disable_duet": false,
          "disable_comment": true,
          "disable_stitch": false,
          "video_cover_timestamp_ms": 1000,
        },
        "source_info": {
          "source": "FILE_UPLOAD",
          "video_size": 50000123,
          "chunk_size": 10000000,
          "total_chunk_count": 5,
        },
      },
      "response": {
        "data": {
          "publish_id": "v_pub_file~v2-1.123456789",
          "upload_url": "https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "pull from URL",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "request": {
        "post_info": {
          "title": "this will be a funny #cat video on your @tiktok #fyp",
          "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
          "disable_duet": false,
          "disable_comment": true,
          "disable_stitch": false,
          "video_cover_timestamp_ms": 1000,
        },
        "source_info": {
          "source": "PULL_FROM_URL",
          "video_url": "https://example.verified.domain.com/example_video.mp4",
        },
      },
      "response": {
        "data": {
          "publish_id": "v_pub_url~v2.123456789",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "a captured publish_id",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
      "provenance": "observed",
      "note": "The form of the id stands in public client code.",
      "response": {
        "data": {
          "publish_id": "v_pub_url~v2-1.7602997070760331285",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "every field of post_info",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
      "retrieved": "2026-09-11",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "request": {
        "post_info": {
          "title": "this will be a funny #cat video on your @tiktok #fyp",
          "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
          "disable_duet": false,
          "disable_comment": true,
          "disable_stitch": false,
          "video_cover_timestamp_ms": 1000,
          "brand_content_toggle": false,
          "brand_organic_toggle": true,
          "is_aigc": true,
        },
        "source_info": {
          "source": "FILE_UPLOAD",
          "video_size": 4194304,
          "chunk_size": 4194304,
          "total_chunk_count": 1,
        },
      },
    },
    {
      "name": "an unaudited app and a public account",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
      "retrieved": "2026-09-11",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 403,
      "response": {
        "data": {},
        "error": {
          "code": "unaudited_client_can_only_post_to_private_accounts",
          "message": "Please review our integration guidelines at https://developers.tiktok.com/doc/content-sharing-guidelines/",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
  ],
  "posting.initInboxVideo": [
    {
      "name": "file upload",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-upload-video",
      "provenance": "documented",
      "request": {
        "source_info": {
          "source": "FILE_UPLOAD",
          "video_size": 50000123,
          "chunk_size": 10000000,
          "total_chunk_count": 5,
        },
      },
      "response": {
        "data": {
          "publish_id": "v_inbox_file~v2.123456789",
          "upload_url": "https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "pull from URL",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-upload-video",
      "provenance": "documented",
      "request": {
        "source_info": {
          "source": "PULL_FROM_URL",
          "video_url": "https://example.verified.domain.com/example_video.mp4",
        },
      },
      "response": {
        "data": {
          "publish_id": "v_inbox_url~v2.123456789",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "another upload host",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-upload-video",
      "provenance": "documented",
      "note": "The host stands in a sample of the official pages.",
      "response": {
        "data": {
          "publish_id": "v_inbox_file~v2.123456789",
          "upload_url": "https://upload.us.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
  ],
  "posting.initContent": [
    {
      "name": "direct post",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "request": {
        "post_info": {
          "title": "funny cat",
          "description": "this will be a #funny photo on your @tiktok #fyp",
          "disable_comment": true,
          "privacy_level": "PUBLIC_TO_EVERYONE",
          "auto_add_music": true,
        },
        "source_info": {
          "source": "PULL_FROM_URL",
          "photo_cover_index": 1,
          "photo_images": [
            "https://tiktokcdn.com/obj/example-image-01.webp",
            "https://tiktokcdn.com/obj/example-image-02.webp",
          ],
        },
        "post_mode": "DIRECT_POST",
        "media_type": "PHOTO",
      },
      "response": {
        "data": {
          "publish_id": "p_pub_url~v2.123456789",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "draft",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "request": {
        "post_info": {
          "title": "funny cat",
          "description": "this will be a #funny photo on your @tiktok #fyp",
        },
        "source_info": {
          "source": "PULL_FROM_URL",
          "photo_cover_index": 1,
          "photo_images": [
            "https://tiktokcdn.com/obj/example-image-01.webp",
            "https://tiktokcdn.com/obj/example-image-02.webp",
          ],
        },
        "post_mode": "MEDIA_UPLOAD",
        "media_type": "PHOTO",
      },
      "response": {
        "data": {
          "publish_id": "p_pub_url~v2.123456789",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "labelled as AI-generated",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post",
      "retrieved": "2026-09-11",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "request": {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "is_aigc": true,
        "post_info": {
          "privacy_level": "SELF_ONLY",
          "brand_content_toggle": false,
          "brand_organic_toggle": false,
        },
        "source_info": {
          "source": "PULL_FROM_URL",
          "photo_cover_index": 1,
          "photo_images": [
            "https://tiktokcdn.com/obj/example-image-01.webp",
            "https://tiktokcdn.com/obj/example-image-02.webp",
          ],
        },
      },
    },
  ],
  "posting.publishStatus": [
    {
      "name": "failed",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "documented",
      "request": {
        "publish_id": "v_pub_url~v2.123456789",
      },
      "response": {
        "data": {
          "status": "FAILED",
          "fail_reason": "picture_size_check_failed",
          "publicaly_available_post_id": [],
          "uploaded_bytes": 10000,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "public, with an id past 2^53",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "assumed",
      "note": "The field is documented as list<int64>; the digits are those of a captured webhook.",
      "response": {
        "data": {
          "status": "PUBLISH_COMPLETE",
          "publicaly_available_post_id": [
            7602997517160123666n,
          ],
          "uploaded_bytes": 50000123,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "uploading",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "response": {
        "data": {
          "status": "PROCESSING_UPLOAD",
          "uploaded_bytes": 10000000,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "downloading",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "response": {
        "data": {
          "status": "PROCESSING_DOWNLOAD",
          "downloaded_bytes": 10000000,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "in the inbox",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "response": {
        "data": {
          "status": "SEND_TO_USER_INBOX",
          "uploaded_bytes": 50000123,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "an id that does not exist",
      "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 400,
      "response": {
        "data": {},
        "error": {
          "code": "invalid_publish_id",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
  ],
  "posting.cancelPublish": [
    {
      "name": "cancel",
      "source": "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "request": {
        "publish_id": "v_pub_url~v2.123456789",
      },
      "response": {
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
    {
      "name": "too late",
      "source": "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
      "retrieved": "2026-09-11",
      "provenance": "assumed",
      "note": "Put together from the tables of the page; the page prints no such sample.",
      "status": 400,
      "response": {
        "error": {
          "code": "publish_not_cancellable",
          "message": "",
          "log_id": "202210112248442CB9319E1FB30C1073F3",
        },
      },
    },
  ],
  "research.queryVideos": [
    {
      "name": "US videos with either hashtag",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-videos",
      "provenance": "assumed",
      "note": "The page's sample calls the id video_id; this is the recorded form.",
      "query": {
        "fields": "id,video_description,create_time,like_count,hashtag_names",
      },
      "request": {
        "query": {
          "and": [
            {
              "operation": "IN",
              "field_name": "region_code",
              "field_values": [
                "US",
                "CA",
              ],
            },
            {
              "operation": "EQ",
              "field_name": "hashtag_name",
              "field_values": [
                "animal",
              ],
            },
          ],
          "not": [
            {
              "operation": "EQ",
              "field_name": "video_length",
              "field_values": [
                "SHORT",
              ],
            },
          ],
        },
        "max_count": 100,
        "cursor": 0,
        "start_date": "20230101",
        "end_date": "20230115",
      },
      "response": {
        "data": {
          "videos": [
            {
              "id": 702874395068494965n,
              "video_description": "a #animal",
              "create_time": 1672531200,
              "like_count": 760,
              "hashtag_names": [
                "animal",
              ],
            },
          ],
          "cursor": 100,
          "search_id": "7201388525814961198",
          "has_more": true,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
    {
      "name": "a search id that is not ready",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-videos",
      "provenance": "observed",
      "note": "Reported verbatim by several clients; accepted some seconds later.",
      "response": {
        "data": {},
        "error": {
          "code": "invalid_params",
          "message": "Search Id 7378809778820092971 is invalid or expired",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
      "status": 400,
    },
    {
      "name": "the quota of the day is used up",
      "source": "https://developers.tiktok.com/doc/research-api-faq",
      "provenance": "observed",
      "note": "Named by clients that tell it from rate_limit_exceeded.",
      "response": {
        "data": {},
        "error": {
          "code": "daily_quota_limit_exceeded",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
      "status": 429,
    },
  ],
  "research.listComments": [
    {
      "name": "comments of a video",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-video-comments",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "id,video_id,text,like_count,reply_count,parent_comment_id,create_time",
      },
      "request": {
        "video_id": 7080213458555737386n,
        "max_count": 100,
        "cursor": 0,
      },
      "response": {
        "data": {
          "comments": [
            {
              "id": 7110960551064404782n,
              "video_id": 7080213458555737386n,
              "text": "call 40******30",
              "like_count": 0,
              "reply_count": 1,
              "parent_comment_id": 7080213458555737386n,
              "create_time": 1655628460,
            },
          ],
          "cursor": 100,
          "has_more": true,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
    {
      "name": "replies to a comment",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-video-comments",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "id,text,parent_comment_id,display_name",
      },
      "request": {
        "comment_id": 7110960551064404782n,
        "max_count": 100,
      },
      "response": {
        "data": {
          "comments": [
            {
              "id": 7110960551064404999n,
              "text": "yes",
              "parent_comment_id": 7110960551064404782n,
              "display_name": "Someone",
            },
          ],
          "cursor": 1,
          "has_more": false,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.userInfo": [
    {
      "name": "a profile",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-info",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "display_name,bio_description,avatar_url,is_verified,follower_count,following_count,likes_count,video_count,bio_url",
      },
      "request": {
        "username": "joe123456",
      },
      "response": {
        "data": {
          "display_name": "Joe",
          "bio_description": "my bio",
          "avatar_url": "https://p16-sign.tiktokcdn-us.com/a.jpeg",
          "is_verified": false,
          "following_count": 10,
          "follower_count": 232,
          "video_count": 3,
          "likes_count": 12345678901,
          "bio_url": "https://example.com",
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.followers": [
    {
      "name": "a page of followers",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-followers",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "username": "test_user",
        "max_count": 2,
        "cursor": 0,
      },
      "response": {
        "data": {
          "user_followers": [
            {
              "display_name": "my nick name",
              "username": "username1",
            },
            {
              "display_name": "other nick name",
              "username": "username2",
            },
          ],
          "cursor": 1667594266,
          "has_more": true,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.following": [
    {
      "name": "a page of the followed",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-following",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "username": "test_user",
        "max_count": 2,
      },
      "response": {
        "data": {
          "user_following": [
            {
              "display_name": "my nick name",
              "username": "username1",
            },
          ],
          "cursor": 0,
          "has_more": false,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.likedVideos": [
    {
      "name": "a page of likes",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-liked-videos",
      "provenance": "assumed",
      "note": "Put together from the page's tables. The cursor is in milliseconds, as in both samples of the page.",
      "query": {
        "fields": "id,create_time,username,region_code,like_count,favorites_count",
      },
      "request": {
        "username": "test_user",
        "max_count": 1,
        "cursor": 1706457540000,
      },
      "response": {
        "data": {
          "user_liked_videos": [
            {
              "id": 7262345678901234567n,
              "create_time": 1706457000,
              "username": "another",
              "region_code": "US",
              "like_count": 5,
              "favorites_count": 1,
            },
          ],
          "cursor": 1706457000000,
          "has_more": true,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
    {
      "name": "the list is not public",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-liked-videos",
      "provenance": "observed",
      "note": "Clients look for the words 'information cannot be returned'; the rest of the text is made up.",
      "response": {
        "data": {},
        "error": {
          "code": "invalid_params",
          "message": "The user's liked videos information cannot be returned",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
      "status": 400,
    },
  ],
  "research.pinnedVideos": [
    {
      "name": "pinned videos",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-pinned-videos",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "query": {
        "fields": "id,create_time,username,video_tag",
      },
      "request": {
        "username": "test_user",
      },
      "response": {
        "data": {
          "pinned_videos_list": [
            {
              "id": 7262345678901234567n,
              "create_time": 1706457000,
              "username": "test_user",
              "video_tag": {
                "video_tag_type": "AIGC Type",
                "video_tag_number": 1,
              },
            },
          ],
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.repostedVideos": [
    {
      "name": "a page of reposts",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-user-reposted-videos",
      "provenance": "assumed",
      "note": "Put together from the page's tables. The key is the one of the page's sample, not of its table.",
      "query": {
        "fields": "id,create_time,username",
      },
      "request": {
        "username": "test_user",
        "max_count": 1,
        "cursor": 0,
      },
      "response": {
        "data": {
          "reposted_videos": [
            {
              "id": 7262345678901234567n,
              "create_time": 1706457000,
              "username": "another",
            },
          ],
          "cursor": 1,
          "has_more": true,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.playlistInfo": [
    {
      "name": "a playlist",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-playlist-info",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "playlist_id": 7294115544445678,
        "cursor": 0,
        "max_count": 2,
      },
      "response": {
        "data": {
          "playlist_id": 7294115544445678,
          "playlist_item_total": 7,
          "playlist_last_updated": 1698893206,
          "playlist_name": "my playlist",
          "playlist_video_ids": [
            7294119822222222,
            7294119822222223,
          ],
          "has_more": true,
          "cursor": 2,
        },
        "error": {
          "code": "ok",
          "message": "",
          "log_id": "202207280326050102231031430C7E754E",
        },
      },
    },
  ],
  "research.shopInfo": [
    {
      "name": "shops by name",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-tiktok-shop-info",
      "provenance": "assumed",
      "note": "Put together from the page's tables. No error member, as in the page's sample.",
      "request": {
        "shop_name": "my shop",
        "limit": 10,
        "fields": "shop_name,shop_rating,shop_review_count,item_sold_count,shop_id,shop_performance_value",
      },
      "response": {
        "data": {
          "shop_data": [
            {
              "shop_name": "my shop",
              "shop_rating": "4.5",
              "shop_review_count": 210,
              "item_sold_count": 2456,
              "shop_id": 7495123456789012345n,
              "shop_performance_value": 90,
            },
          ],
        },
      },
    },
  ],
  "research.shopProducts": [
    {
      "name": "products of a shop",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-tiktok-shop-products",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "shop_id": 7495123456789012345n,
        "page_start": 1,
        "page_size": 10,
        "fields": "product_id,product_name,product_price",
      },
      "response": {
        "data": {
          "product_data": [
            {
              "product_id": 1729123456789012345n,
              "product_name": "A cup",
              "product_price": [
                "20.79GBP",
              ],
            },
          ],
        },
      },
    },
  ],
  "research.productReviews": [
    {
      "name": "reviews of a product",
      "source": "https://developers.tiktok.com/doc/research-api-specs-query-tiktok-shop-reviews",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "product_id": 1729123456789012345n,
        "page_start": 1,
        "page_size": 10,
        "fields": "product_name,review_text,review_like_count,create_time,review_rating",
      },
      "response": {
        "data": {
          "review_data": [
            {
              "product_name": "A cup",
              "review_text": "good",
              "review_like_count": 2,
              "create_time": 1714560000000,
              "review_rating": "FIVE",
            },
          ],
        },
      },
    },
  ],
  "research.createComplianceTask": [
    {
      "name": "a file of video ids",
      "source": "https://developers.tiktok.com/doc/batch-compliance-apis",
      "provenance": "assumed",
      "note": "Put together from the page's tables. The task's id is the page's own.",
      "request": {
        "file_data": "7080213458555737386\n7262345678901234567\n",
        "category": "video",
      },
      "response": {
        "data": {
          "task_id": 12345678910987654321n,
        },
        "error": {
          "code": "ok",
          "http_status_code": 200,
          "log_id": "202207280326050102231031430C7E754E",
          "message": "ok.",
        },
      },
    },
  ],
  "research.complianceTaskStatus": [
    {
      "name": "completed",
      "source": "https://developers.tiktok.com/doc/batch-compliance-apis",
      "provenance": "assumed",
      "note": "Put together from the page's tables.",
      "request": {
        "task_id": 12345678910987654321n,
      },
      "response": {
        "data": {
          "task_status": "Completed",
        },
        "error": {
          "code": "ok",
          "http_status_code": 200,
          "log_id": "202207280326050102231031430C7E754E",
          "message": "ok.",
        },
      },
    },
  ],
  "research.downloadComplianceTask": [
    {
      "name": "asked for",
      "source": "https://developers.tiktok.com/doc/batch-compliance-apis",
      "provenance": "assumed",
      "note": "Put together from the page's tables. The answer is a text file.",
      "request": {
        "task_id": 12345678910987654321n,
      },
    },
  ],
}

export const callbackExamples: readonly CallbackExample[] = [
  {
    "name": "granted",
    "source": "https://developers.tiktok.com/doc/login-kit-web",
    "provenance": "assumed",
    "note": "The tail of the code is the page’s sample; decode before use.",
    "url": "https://example.com/callback/?code=CODE%2A0%216410&scopes=user.info.basic%2Cvideo.list&state=STATE",
    "read": {
      "code": "CODE*0!6410",
      "scopes": [
        "user.info.basic",
        "video.list",
      ],
      "state": "STATE",
    },
  },
  {
    "name": "denied",
    "source": "https://developers.tiktok.com/doc/login-kit-web",
    "provenance": "assumed",
    "note": "Put together from the tables of the page; the page prints no such sample.",
    "url": "https://example.com/callback/?error=access_denied&error_description=User%20cancelled&state=STATE",
    "read": {
      "error": "access_denied",
      "error_description": "User cancelled",
      "state": "STATE",
    },
  },
]

export const webhookExamples: readonly WebhookExample[] = [
  {
    "event": "authorization.removed",
    "name": "the user disconnected the app",
    "source": "https://developers.tiktok.com/doc/webhooks-overview",
    "provenance": "documented",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"authorization.removed\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"reason\\\": 1 }\"}",
    "read": {
      "reason": 1,
    },
  },
  {
    "event": "video.upload.failed",
    "name": "Video Kit",
    "source": "https://developers.tiktok.com/doc/webhooks-events",
    "provenance": "documented",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"video.upload.failed\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"share_id\\\":\\\"video.6974245311675353080.VDCxrcMJ\\\"}\"}",
    "read": {
      "share_id": "video.6974245311675353080.VDCxrcMJ",
    },
  },
  {
    "event": "video.publish.completed",
    "name": "Video Kit",
    "source": "https://developers.tiktok.com/doc/webhooks-events",
    "provenance": "documented",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"video.publish.completed\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"share_id\\\":\\\"video.6974245311675353080.VDCxrcMJ\\\"}\"}",
    "read": {
      "share_id": "video.6974245311675353080.VDCxrcMJ",
    },
  },
  {
    "event": "portability.download.ready",
    "name": "without user_openid",
    "source": "https://developers.tiktok.com/doc/webhooks-events",
    "provenance": "documented",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"portability.download.ready\",\"create_time\":1615338610,\"content\":\"{\\\"request_id\\\":574834754834754834}\"}",
    "read": {
      "request_id": "574834754834754834",
    },
  },
  {
    "event": "post.publish.failed",
    "name": "a draft that was cancelled",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "assumed",
    "note": "Put together from the tables of the page; the page prints no such sample.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.failed\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_inbox_file~v2.123456789\\\",\\\"reason\\\":\\\"publish_cancelled\\\",\\\"publish_type\\\":\\\"INBOX_SHARE\\\"}\"}",
    "read": {
      "publish_id": "v_inbox_file~v2.123456789",
      "reason": "publish_cancelled",
      "publish_type": "INBOX_SHARE",
    },
  },
  {
    "event": "post.publish.complete",
    "name": "posted from a draft",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "assumed",
    "note": "Put together from the tables of the page; the page prints no such sample.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.complete\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_inbox_file~v2.123456789\\\",\\\"publish_type\\\":\\\"INBOX_SHARE\\\"}\"}",
    "read": {
      "publish_id": "v_inbox_file~v2.123456789",
      "publish_type": "INBOX_SHARE",
    },
  },
  {
    "event": "post.publish.complete",
    "name": "a direct post",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "observed",
    "note": "DIRECT_PUBLISH is what two public projects captured.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.complete\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_pub_file~v2-1.123456789\\\",\\\"publish_type\\\":\\\"DIRECT_PUBLISH\\\"}\"}",
    "read": {
      "publish_id": "v_pub_file~v2-1.123456789",
      "publish_type": "DIRECT_PUBLISH",
    },
  },
  {
    "event": "post.publish.inbox_delivered",
    "name": "draft delivered",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "assumed",
    "note": "Put together from the tables of the page; the page prints no such sample.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.inbox_delivered\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_inbox_file~v2.123456789\\\",\\\"publish_type\\\":\\\"INBOX_SHARE\\\"}\"}",
    "read": {
      "publish_id": "v_inbox_file~v2.123456789",
      "publish_type": "INBOX_SHARE",
    },
  },
  {
    "event": "post.publish.publicly_available",
    "name": "captured, post_id as a string",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "observed",
    "note": "The content was captured by a public project; the envelope around it is ours.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.publicly_available\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_pub_file~v2-1.7602997070760331285\\\",\\\"publish_type\\\":\\\"DIRECT_PUBLISH\\\",\\\"post_id\\\":\\\"7602997517160123666\\\"}\"}",
    "read": {
      "publish_id": "v_pub_file~v2-1.7602997070760331285",
      "publish_type": "DIRECT_PUBLISH",
      "post_id": "7602997517160123666",
    },
  },
  {
    "event": "post.publish.publicly_available",
    "name": "post_id as a number",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "assumed",
    "note": "The table does not say which; both are read.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.publicly_available\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_pub_file~v2-1.123456789\\\",\\\"post_id\\\":7602997517160123666,\\\"publish_type\\\":\\\"DIRECT_PUBLISH\\\"}\"}",
    "read": {
      "publish_id": "v_pub_file~v2-1.123456789",
      "post_id": "7602997517160123666",
      "publish_type": "DIRECT_PUBLISH",
    },
  },
  {
    "event": "post.publish.publicly_available",
    "name": "as an older page spells it",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "documented",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.publicaly_available\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_inbox_file~v2.123456789\\\",\\\"post_id\\\":\\\"7602997517160123666\\\",\\\"publish_type\\\":\\\"INBOX_SHARE\\\"}\"}",
    "read": {
      "publish_id": "v_inbox_file~v2.123456789",
      "post_id": "7602997517160123666",
      "publish_type": "INBOX_SHARE",
    },
  },
  {
    "event": "post.publish.no_longer_publicaly_available",
    "name": "made private",
    "source": "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
    "provenance": "assumed",
    "note": "Put together from the tables of the page; the page prints no such sample.",
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"post.publish.no_longer_publicaly_available\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"publish_id\\\":\\\"v_inbox_file~v2.123456789\\\",\\\"post_id\\\":\\\"7602997517160123666\\\",\\\"publish_type\\\":\\\"INBOX_SHARE\\\"}\"}",
    "read": {
      "publish_id": "v_inbox_file~v2.123456789",
      "post_id": "7602997517160123666",
      "publish_type": "INBOX_SHARE",
    },
  },
]

export const vectors: Vectors = {
  "pkce": {
    "source": "https://developers.tiktok.com/doc/login-kit-desktop",
    "provenance": "documented",
    "note": "The rule is the page’s; the pair was worked out from it.",
    "verifier": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
    "challenge": "834b6e67aab8d76ccef4846478052cf0737a3107973ec19c7b7ec9dd1b1cf304",
  },
  "webhookSignature": {
    "source": "https://developers.tiktok.com/doc/webhooks-verification",
    "provenance": "documented",
    "note": "The rule is the page’s; the signature was worked out from it over a body of the overview page.",
    "secret": "test_client_secret",
    "timestamp": 1633174587,
    "body": "{\"client_key\":\"bwo2m45353a6k85\",\"event\":\"authorization.removed\",\"create_time\":1615338610,\"user_openid\":\"act.example12345Example12345Example\",\"content\":\"{\\\"reason\\\": 1 }\"}",
    "signature": "39c29244091b6bb0d67eca735a97218805842b7c8cea52dde8296f6c0c36ae09",
    "header": "t=1633174587,s=39c29244091b6bb0d67eca735a97218805842b7c8cea52dde8296f6c0c36ae09",
  },
  "uploads": [
    {
      "name": "five chunks",
      "source": "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "videoSize": 50000123,
      "chunkSize": 10000000,
      "totalChunkCount": 5,
      "contentType": "video/mp4",
      "chunks": [
        {
          "first": 0,
          "last": 9999999,
          "bytes": 10000000,
          "contentRange": "bytes 0-9999999/50000123",
          "status": 206,
        },
        {
          "first": 10000000,
          "last": 19999999,
          "bytes": 10000000,
          "contentRange": "bytes 10000000-19999999/50000123",
          "status": 206,
        },
        {
          "first": 20000000,
          "last": 29999999,
          "bytes": 10000000,
          "contentRange": "bytes 20000000-29999999/50000123",
          "status": 206,
        },
        {
          "first": 30000000,
          "last": 39999999,
          "bytes": 10000000,
          "contentRange": "bytes 30000000-39999999/50000123",
          "status": 206,
        },
        {
          "first": 40000000,
          "last": 50000122,
          "bytes": 10000123,
          "contentRange": "bytes 40000000-50000122/50000123",
          "status": 201,
        },
      ],
    },
    {
      "name": "one piece",
      "source": "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
      "retrieved": "2026-09-11",
      "provenance": "documented",
      "videoSize": 4194304,
      "chunkSize": 4194304,
      "totalChunkCount": 1,
      "contentType": "video/mp4",
      "chunks": [
        {
          "first": 0,
          "last": 4194303,
          "bytes": 4194304,
          "contentRange": "bytes 0-4194303/4194304",
          "status": 201,
        },
      ],
    },
  ],
}
