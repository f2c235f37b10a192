package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The tests named TestBrowser… are readers: a headless Chromium shows them the
// pages of a full record, over the network of this machine. They skip where
// there is no Chromium. This file is the browser; browserlook_test.go looks at
// every kind of page, browseruse_test.go goes from page to page by finger and
// key, and browserattack_test.go reads what was written to do harm.

// lacking skips a test that needs something that is not here. Where tests guard
// what is merged it has to be there: CI is set, and the test fails.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what + ", and CI is set")
	}
	t.Skip(what)
}

// A tab is a window of a browser of its own. Whatever goes wrong in it that the
// page does not show is an error of the test: what the console says, a dialog, a
// request that fails or goes elsewhere.
type tab struct {
	*testing.T
	ctx     context.Context
	fingers bool // it is touched, not clicked
	clicks  int  // that led to another page

	mu    sync.Mutex // guards T and all below
	base  string     // the address of the site, without a slash at its end
	at    string     // the page that was asked for last
	quiet bool       // what goes wrong is noted, and no error
	wrong []string
}

// openFull opens a browser on the pages of a full record.
func openFull(t *testing.T) (full, *tab) {
	t.Helper()
	w := fullHistory(t)
	return w, openTab(t, w.handler(t, Options{}))
}

// openTab opens a browser on a site. Nothing but this machine can be reached
// from it.
func openTab(t *testing.T, h http.Handler) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	b := &tab{T: t}
	b.serve(h)
	b.ctx, stop = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(stop)
	err := chromedp.Do(b.ctx)
	if errors.Is(err, exec.ErrNotFound) {
		lacking(t, "Chromium is not installed (Debian's package chromium)")
	}
	if err == nil {
		err = chromedp.Listen(b.ctx, b.hear)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve puts another site in place of the one before, and site is its address.
func (b *tab) serve(h http.Handler) {
	site := httptest.NewServer(h)
	b.Cleanup(site.Close)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = site.URL
}

func (b *tab) site() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.base
}

// amiss notes what went wrong.
func (b *tab) amiss(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	what := fmt.Sprintf(format, args...)
	b.wrong = append(b.wrong, what)
	if !b.quiet {
		b.Errorf("%s: %s", b.at, what)
	}
}

// hush has the tab keep to itself what goes wrong, and heard returns what did
// since it was asked last.
func (b *tab) hush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.quiet = true
}

func (b *tab) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.wrong
	b.wrong = nil
	return list
}

// hear is told of everything that happens in the browser, in its order.
func (b *tab) hear(ev any) {
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		if ev.Entry.Source == log.EntrySourceNetwork && (ev.Entry.URL == b.page() || ev.Entry.URL == b.icon()) {
			return // the page's own status is what visit returns
		}
		b.amiss("console: %s: %s %s", ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
	case *runtime.EventConsoleAPICalled:
		b.amiss("a script wrote to the console: %s", ev.Type)
	case *runtime.EventExceptionThrown:
		b.amiss("a script failed: %s", ev.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		b.amiss("a dialog says %q", ev.Message)
		go chromedp.Do(b.ctx, command(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})) // the page waits for that
	case *page.EventWindowOpen:
		b.amiss("a window opens on %s", ev.URL)
	case *page.EventFrameNavigated:
		if ev.Frame.ParentID != "" {
			b.amiss("a frame shows %s", ev.Frame.URL)
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(ev.Request.URL)
		if err != nil || u.Scheme != "data" && u.Scheme+"://"+u.Host != b.site() { // data: the browser's own icons in fields
			b.amiss("%.200s is asked for", ev.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !ev.Canceled || ev.BlockedReason != "" { // else its page was left
			b.amiss("%s was not loaded: %s%s", ev.Type, ev.ErrorText, ev.BlockedReason)
		}
	case *network.EventResponseReceived:
		if ev.Type != network.ResourceTypeDocument && ev.Response.Status >= 400 && ev.Response.URL != b.icon() {
			b.amiss("%s answers %d", ev.Response.URL, ev.Response.Status)
		}
	}
}

// icon is what a browser asks for beside a feed, which cannot name one.
func (b *tab) icon() string { return b.site() + "/favicon.ico" }

func (b *tab) page() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

// command is an action that asks one thing of the browser.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// patience bounds how long the browser may take for one action, so that a page
// that never comes fails its test and not the whole run.
const patience = time.Minute

func run[T any](b *tab, a chromedp.Action[T]) T {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.Fatalf("%s: %v", b.page(), err)
	}
	return v
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	run(b, chromedp.Steps(actions...))
}

// evaluate returns what a script says of the page. The page's own rules for
// scripts do not hold for it, nor does switching scripts off.
func evaluate[T any](b *tab, script string) T {
	b.Helper()
	return run(b, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// visit asks for a page as someone does who types its address, and returns its
// status.
func (b *tab) visit(path string) int {
	b.Helper()
	b.mu.Lock()
	b.at = b.base + path
	b.mu.Unlock()
	return int(run(b, chromedp.NavigateResponse(b.site()+path)).Status)
}

// path is what the browser's address bar shows, without the site.
func (b *tab) path() string {
	b.Helper()
	return strings.TrimPrefix(evaluate[string](b, `location.href`), b.site())
}

// text is what can be read on the page.
func (b *tab) text() string {
	b.Helper()
	return evaluate[string](b, `document.body.innerText`)
}

// phone and desktop are windows of the width.
func (b *tab) phone(width int64) {
	b.Helper()
	b.fingers = true
	b.do(chromedp.EmulateViewport(width, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
}

func (b *tab) desktop(width int64) {
	b.Helper()
	b.fingers = false
	b.do(chromedp.EmulateViewport(width, 800))
}

// media has the page shown in a colour scheme, or printed if medium is "print".
func (b *tab) media(medium, scheme string) {
	b.Helper()
	b.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
}

// withoutScripts switches scripts off for good.
func (b *tab) withoutScripts() {
	b.Helper()
	b.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// A spot is where something can be touched, or why it cannot.
type spot struct {
	X, Y float64
	Why  string
}

// touch is a finger or a mouse on the first thing that the selector finds and
// that says text. It has to be in sight, with nothing above it.
func (b *tab) touch(selector, text string) chromedp.Action[chromedp.Void] {
	b.Helper()
	s := evaluate[spot](b, fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll(%q)].find(e => e.textContent.includes(%q));
		if (!e) return {Why: "is not there"};
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0];
		if (!r || r.width == 0 || r.height == 0) return {Why: "is not shown"};
		const x = r.left + r.width / 2, y = r.top + r.height / 2, top = document.elementFromPoint(x, y);
		if (!top || !(e.contains(top) || top.contains(e))) return {Why: "lies under " + (top ? top.outerHTML.slice(0, 100) : "nothing")};
		return {X: x, Y: y};
	})()`, selector, text))
	if s.Why != "" {
		b.Fatalf("%s: %s %q %s", b.path(), selector, text, s.Why)
	}
	if b.fingers {
		return chromedp.TapXY(s.X, s.Y)
	}
	return chromedp.MouseClickXY(s.X, s.Y)
}

// click touches what stays on the page, and follow what leads to another.
func (b *tab) click(selector, text string) {
	b.Helper()
	b.do(b.touch(selector, text))
}

func (b *tab) follow(selector, text string) {
	b.Helper()
	b.clicks++
	b.leave(b.touch(selector, text))
}

// leave does what leads to another page, and waits for it.
func (b *tab) leave(a chromedp.Action[chromedp.Void]) {
	b.Helper()
	run(b, func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, a)
	})
}

// paste puts text where the keyboard writes.
func (b *tab) paste(text string) {
	b.Helper()
	b.do(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// press presses keys that stay on the page.
func (b *tab) press(keys string) {
	b.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// enter presses what follows a link or sends a form.
func (b *tab) enter() {
	b.Helper()
	b.leave(chromedp.KeyEvent(kb.Enter))
}

// in has the tab serve a part of its test.
func (b *tab) in(t *testing.T) {
	set := func(t *testing.T) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.T = t
	}
	whole := b.T
	set(t)
	t.Cleanup(func() { set(whole) })
}
