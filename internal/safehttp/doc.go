// Package safehttp is the one way out to the web: pages, feeds, webhooks and
// the chat platforms' interfaces are all reached through its clients.
//
// People tell editwatch which addresses to visit, and the pages there name
// others, so an address is hostile until it is dialled:
//
//	URL ──New's client──> resolve ──> guard (each address, each redirect) ──> dial
//
// The guard stands in [net.Dialer.Control], after the name was resolved and
// before a packet leaves. It sees the very address that is about to be
// dialled, so redirects, DNS answers that change or mix, odd notations
// (http://0x7f.1/) and addresses wrapped in others (IPv4 in IPv6, NAT64, 6to4,
// Teredo) end there alike. A proxy would hide the address; none is ever used,
// whatever the environment says.
//
// Invariants: no address is dialled that is not public, unless the operator's
// allow list holds it; no request takes longer than its timeouts; no body is
// larger than its cap; cookies are neither kept nor sent; a redirect does not
// tell where it came from (a webhook's address is a secret). [Explain] turns
// any failure into words that name no address and no port.
package safehttp
