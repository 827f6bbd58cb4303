// golang.org/x/oauth2, with Go's own HTTP client underneath: proxy and certificates come from the environment.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/oauth2"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	redirect, key, secret := os.Args[1], os.Args[2], os.Args[3]
	config := oauth2.Config{
		ClientID: key, ClientSecret: secret, RedirectURL: redirect,
		Scopes: []string{"user.info.basic", "video.list"},
		Endpoint: oauth2.Endpoint{
			AuthURL:   "https://www.tiktok.com/v2/auth/authorize/",
			TokenURL:  "https://open.tiktokapis.com/v2/oauth/token/",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	asTikTokWants := oauth2.SetAuthURLParam("client_key", key)
	page := config.AuthCodeURL("state-1", asTikTokWants)
	form := url.Values{"decision": {"allow"}, "creator": {"mika"}, "scope": {"video.list"}}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	back, err := browser.Post(page, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	must(err)
	location, err := back.Location()
	must(err)
	token, err := config.Exchange(context.Background(), location.Query().Get("code"), asTikTokWants)
	must(err)
	client := config.Client(context.Background(), token)
	answer, err := client.Post("https://open.tiktokapis.com/v2/video/list/?fields=id,title", "application/json",
		strings.NewReader(`{"max_count": 3}`))
	must(err)
	var list struct {
		Data struct {
			Videos []struct {
				ID    string `json:"id"`
				Title string `json:"title"`
			} `json:"videos"`
		} `json:"data"`
	}
	must(json.NewDecoder(answer.Body).Decode(&list))
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"type": token.Type(), "videos": len(list.Data.Videos), "openId": token.Extra("open_id") != nil,
	}))
}
