// Package fetch asks web servers for pages and feeds, politely and cheaply.
//
//	Request ─> robots.txt ─> the host's turn ─> GET, conditional ─┬─> 304: not modified
//	               ^              (one at a time,                 ├─> same bytes as last time, not unpacked
//	               │               a gap apart)                   ├─> unpacked body
//	               └───────────── redirect ───────────────────────┘   or an *Error that says what went wrong
//
// Most checks find nothing new, so the common ways end early: a 304 reads no
// body, and a body is hashed as it was sent and compared before it is
// unpacked.
//
// Invariants: a host never sees two requests at once, nor two closer together
// than the gap, whether they are for pages, robots.txt or the target of a
// redirect. Nothing robots.txt forbids is asked for, at any hop. A body that
// broke off is a failure and never content. No body grows beyond its cap,
// packed or unpacked. The text of an [Error] may be shown to anyone: it names
// no address and quotes no server.
package fetch
