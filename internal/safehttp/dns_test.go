package safehttp

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// answering returns a resolver whose name server gives the addresses that
// answer returns, which may differ from one question to the next.
func answering(answer func() []string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe() // no packets, so lengths precede messages as over TCP
		go func() {
			defer server.Close()
			for {
				var size [2]byte
				if _, err := io.ReadFull(server, size[:]); err != nil {
					return
				}
				query := make([]byte, binary.BigEndian.Uint16(size[:]))
				if _, err := io.ReadFull(server, query); err != nil {
					return
				}
				reply := reply(query, answer())
				server.Write(binary.BigEndian.AppendUint16(nil, uint16(len(reply))))
				server.Write(reply)
			}
		}()
		return client, nil
	}}
}

func reply(query []byte, addrs []string) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	for _, s := range addrs {
		ip := netip.MustParseAddr(s)
		h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case ip.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: ip.As4()}})
		case ip.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
	out, _ := m.Pack()
	return out
}

func TestNamesThatLeadInside(t *testing.T) {
	srv := canary(t)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for _, addrs := range [][]string{
		{"127.0.0.1"}, {"::1"}, {"::ffff:127.0.0.1"}, {"127.0.0.1", "::1"}, {"10.0.0.1", "127.0.0.1"}, {"169.254.169.254"}, {"64:ff9b::7f00:1"},
	} {
		o := Options{Total: 5 * time.Second}.withDefaults()
		c := newClient(o, dialer(o, answering(func() []string { return addrs })))
		_, err := get(c, "http://harbourpost.example:"+port+"/")
		if why := Explain(err); why != Private {
			t.Errorf("%v: %q (%v)", addrs, why, err)
		}
	}
}

// A name that answers with a public and a private address is visited at the
// public one only.
func TestMixedAnswers(t *testing.T) {
	inner := canary(t)
	_, port, _ := net.SplitHostPort(inner.Listener.Addr().String())
	l, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Skip("this system has no 127.0.0.2:", err)
	}
	outer := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "outer") })}
	go outer.Serve(l)
	defer outer.Close()

	o := Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}.withDefaults()
	c := newClient(o, dialer(o, answering(func() []string { return []string{"127.0.0.1", "127.0.0.2"} })))
	if body, err := get(c, "http://harbourpost.example:"+port+"/"); err != nil || body != "outer" {
		t.Errorf("%q, %v", body, err)
	}
}

// A name that is public when looked up once and private the next time
// (rebinding) is judged each time it is dialled.
func TestRebinding(t *testing.T) {
	inner := canary(t)
	_, port, _ := net.SplitHostPort(inner.Listener.Addr().String())
	l, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Skip("this system has no 127.0.0.2:", err)
	}
	outer := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
	}))
	outer.Listener.Close()
	outer.Listener = l
	outer.Start()
	defer outer.Close()

	var now atomic.Value
	now.Store("127.0.0.2")
	o := Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}.withDefaults()
	c := newClient(o, dialer(o, answering(func() []string { return []string{now.Load().(string)} })))
	if _, err := get(c, "http://harbourpost.example:"+port+"/"); err != nil {
		t.Fatal(err)
	}
	now.Store("127.0.0.1")
	if _, err := get(c, "http://harbourpost.example:"+port+"/"); Explain(err) != Private {
		t.Errorf("after the name was bound anew: %v", err)
	}
}
