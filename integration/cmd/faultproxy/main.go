// Command faultproxy stands between the functions of a stage on this machine
// and its LocalStack; see the package of that name. The stage's start starts
// it.
package main

import (
	"flag"
	"log/slog"
	"net"
	"net/url"
	"os"

	"github.com/cuepipe/cuepipe/integration/faultproxy"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "the address that functions call")
	target := flag.String("target", "", "LocalStack's address, as a URL")
	functions := flag.String("functions", "", "the folder below which the functions' programs are; no other process is disturbed")
	flag.Parse()
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if err := serve(*listen, *target, *functions, log); err != nil {
		log.Error("the fault proxy cannot serve", "err", err)
		os.Exit(1)
	}
}

func serve(listen, target, functions string, log *slog.Logger) error {
	to, err := url.ParseRequestURI(target)
	if err != nil {
		return err
	}
	// IPv4 only: that is where the senders of calls are looked for.
	listener, err := net.Listen("tcp4", listen)
	if err != nil {
		return err
	}
	log.Info("the fault proxy serves", "address", listener.Addr().String(), "target", target)
	return faultproxy.NewServer(&faultproxy.Proxy{Target: to, Functions: functions, Log: log}).Serve(listener)
}
