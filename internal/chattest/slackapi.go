package chattest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// args are a method's arguments. Those that are objects stand as JSON.
type args map[string]string

func (a args) bool(name string) bool { return a[name] == "true" || a[name] == "1" }

func readArgs(c *Call) (args, error) {
	kind, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	a := make(args)
	add := func(form url.Values) {
		for k, v := range form {
			a[k] = v[0]
		}
	}
	query, _ := url.ParseQuery(c.Query)
	add(query)
	switch kind {
	case "application/json":
		var raw map[string]json.RawMessage
		if len(bytes.TrimSpace(c.Body)) == 0 {
			break
		}
		if err := json.Unmarshal(c.Body, &raw); err != nil {
			return nil, fmt.Errorf("invalid_json")
		}
		for k, v := range raw {
			var text string
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			a[k] = text
		}
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).ReadForm(32 << 20)
		if err != nil {
			return nil, fmt.Errorf("invalid_form_data")
		}
		add(form.Value)
	case "application/x-www-form-urlencoded", "":
		form, err := url.ParseQuery(string(c.Body))
		if err != nil {
			return nil, fmt.Errorf("invalid_form_data")
		}
		add(form)
	default:
		return nil, fmt.Errorf("invalid_post_type")
	}
	return a, nil
}

// needs are the scopes of methods; one of them will do, and none is needed where
// there is none. Those of conversations depend on the channel.
var needs = map[string][]string{
	"chat.postMessage": {"chat:write"}, "chat.update": {"chat:write"}, "chat.delete": {"chat:write"}, "chat.postEphemeral": {"chat:write"},
	"users.info": {"users:read"}, "bots.info": {"users:read"}, "team.info": {"team:read"},
	"files.getUploadURLExternal": {"files:write"}, "files.completeUploadExternal": {"files:write"},
	"conversations.list": {"channels:read", "groups:read"}, "users.conversations": {"channels:read", "groups:read"},
	"conversations.join": {"channels:join"}, "reactions.add": {"reactions:write"},
}

// web answers a method of the Web API. The lock is held.
func (s *Slack) web(method string, c *Call) reply {
	re := s.api(method, c)
	var said struct{ OK bool }
	json.Unmarshal(re.body, &said)
	re.refused = !said.OK // HTTP says 200 all the same
	return re
}

// api answers a method to whom may call it.
func (s *Slack) api(method string, c *Call) reply {
	a, err := readArgs(c)
	if err != nil {
		s.fail("%s: %v", method, err)
		return slackError(err.Error())
	}
	c.Subject = a["channel"]
	token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = a["token"]
	}
	own := s.Token
	if method == "apps.connections.open" {
		own = s.AppToken
	}
	switch {
	case token == "":
		return slackError("not_authed")
	case method == "auth.test" && token == s.AppToken:
	case token == s.Token && method == "apps.connections.open", token == s.AppToken && own != token:
		return slackError("not_allowed_token_type")
	case token != own:
		return slackError("invalid_auth")
	case s.revoked:
		return slackError("token_revoked")
	}
	if _, _, _, wait := s.take(method, c.Subject, c.At); wait > 0 {
		limited := SlackLimited(wait)
		s.told(c, wait, false)
		w := &replyWriter{header: make(http.Header)}
		limited.write(w, nil)
		return reply{status: w.status, header: w.header, body: w.body}
	}
	if missing, ok := s.missing(needs[method]...); ok {
		return missing
	}
	respond := map[string]func(args, *Call) reply{
		"auth.test": s.authTest, "apps.connections.open": s.openConnection,
		"chat.postMessage": s.postMessage, "chat.update": s.update, "chat.delete": s.deleteMessage, "chat.postEphemeral": s.postEphemeral,
		"chat.getPermalink":  s.permalink,
		"conversations.info": s.conversationInfo, "conversations.history": s.history, "conversations.replies": s.history,
		"conversations.list": s.conversations, "users.conversations": s.conversations, "conversations.members": s.members,
		"users.info": s.userInfo, "bots.info": s.botInfo, "team.info": s.teamInfo,
		"views.publish": s.publishView, "views.open": s.openView, "views.update": s.openView,
		"files.getUploadURLExternal": s.uploadURL, "files.completeUploadExternal": s.completeUpload,
		"reactions.add": func(args, *Call) reply { return slackOK(nil) },
	}[method]
	if respond == nil {
		s.fail("there is no method %q on this server", method)
		return slackError("unknown_method")
	}
	re := respond(a, c)
	re.header = http.Header{"X-Oauth-Scopes": {strings.Join(s.Scopes, ",")}}
	return re
}

// missing is the answer when none of the scopes was granted.
func (s *Slack) missing(scopes ...string) (reply, bool) {
	for _, scope := range scopes {
		if slices.Contains(s.Scopes, scope) {
			return reply{}, false
		}
	}
	if len(scopes) == 0 {
		return reply{}, false
	}
	return answer(200, map[string]any{"ok": false, "error": "missing_scope", "needed": strings.Join(scopes, ","), "provided": strings.Join(s.Scopes, ",")}), true
}

func slackError(code string) reply { return answer(200, map[string]any{"ok": false, "error": code}) }

func slackOK(v map[string]any) reply {
	if v == nil {
		v = make(map[string]any)
	}
	v["ok"] = true
	return answer(200, v)
}

func (s *Slack) authTest(args, *Call) reply {
	return slackOK(map[string]any{
		"url": "https://harbour.slack.com/", "team": "The Harbour Post", "user": "editwatch", "team_id": SlackTeam, "user_id": SlackBot, "bot_id": SlackBotID,
		"is_enterprise_install": false,
	})
}

func (s *Slack) userInfo(a args, _ *Call) reply {
	admin, ok := s.users[a["user"]]
	if !ok && a["user"] != SlackBot {
		return slackError("user_not_found")
	}
	return slackOK(map[string]any{"user": map[string]any{
		"id": a["user"], "team_id": SlackTeam, "name": strings.ToLower(a["user"]), "deleted": false, "real_name": a["user"], "tz": "Europe/London", "tz_offset": 0,
		"is_admin": admin, "is_owner": false, "is_primary_owner": false, "is_bot": a["user"] == SlackBot, "is_restricted": false, "is_app_user": false,
		"profile": map[string]any{"real_name": a["user"], "display_name": strings.ToLower(a["user"])},
	}})
}

func (s *Slack) botInfo(args, *Call) reply {
	return slackOK(map[string]any{"bot": map[string]any{"id": SlackBotID, "app_id": SlackApp, "user_id": SlackBot, "name": "editwatch", "deleted": false}})
}

func (s *Slack) teamInfo(args, *Call) reply {
	return slackOK(map[string]any{"team": map[string]any{"id": SlackTeam, "name": "The Harbour Post", "domain": "harbour"}})
}

// seconds is a time as Slack's ts has it.
func seconds(ts string) float64 {
	f, _ := strconv.ParseFloat(ts, 64)
	return f
}

func (s *Slack) upload(id string, c *Call) reply {
	f := s.files[id]
	if f == nil {
		return reply{status: 404}
	}
	f.Content = c.Body
	if kind, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == "multipart/form-data" {
		if p, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).NextPart(); err == nil {
			f.Content, _ = io.ReadAll(p)
		}
	}
	return reply{status: 200, body: []byte("OK - " + strconv.Itoa(len(f.Content)))}
}

func (s *Slack) uploadURL(a args, _ *Call) reply {
	if n, err := strconv.Atoi(a["length"]); err != nil || n <= 0 || a["filename"] == "" {
		return slackError("invalid_arguments")
	}
	s.serial++
	id := fmt.Sprintf("F%08d", s.serial)
	s.files[id] = &File{ID: id, Name: a["filename"]}
	return slackOK(map[string]any{"upload_url": s.URL + "/upload/" + id, "file_id": id})
}

func (s *Slack) completeUpload(a args, _ *Call) reply {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(a["files"]), &list) != nil || len(list) == 0 {
		return slackError("invalid_arguments")
	}
	var out []any
	for _, l := range list {
		f := s.files[l.ID]
		if f == nil || f.Content == nil {
			return slackError("file_not_found")
		}
		f.Title, f.Channel, f.Thread, f.Shared = l.Title, a["channel_id"], a["thread_ts"], true
		out = append(out, map[string]any{"id": f.ID, "title": f.Title})
	}
	s.touch()
	return slackOK(map[string]any{"files": out})
}
