package faultproxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// A sender is the process at the other end of a connection, if it is one of
// the stage's functions. It is looked for when its first request comes.
type sender struct {
	connection net.Conn
	functions  string // the folder below which their programs are
	once       sync.Once
	process    *os.Process // nil: none of ours
	name       string
}

type senderKey struct{}

// withSender is for http.Server.ConnContext.
func (p *Proxy) withSender(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, senderKey{}, &sender{connection: c, functions: p.Functions})
}

func senderOf(ctx context.Context) *sender {
	s, ok := ctx.Value(senderKey{}).(*sender)
	if !ok {
		return &sender{}
	}
	s.once.Do(s.find)
	return s
}

// function is the short name of the sender's function, such as captioner;
// empty for anybody else.
func (s *sender) function() string { return s.name }

func (s *sender) pid() int {
	if s.process == nil {
		return 0
	}
	return s.process.Pid
}

// kill ends the process at once. The handle was taken when the process was
// recognised, so that nobody else who got its id later is ever hit.
func (s *sender) kill() error {
	if s.process == nil {
		return errors.New("the sender is no function")
	}
	return s.process.Kill()
}

func (s *sender) find() {
	inode, err := inodeOf(s.connection.RemoteAddr(), s.connection.LocalAddr())
	if err != nil {
		return
	}
	programs, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, program := range programs {
		folder := filepath.Dir(program)
		path, err := os.Readlink(program)
		if err != nil || filepath.Base(path) != "bootstrap" || !strings.HasPrefix(path, filepath.Clean(s.functions)+"/") || !holds(folder, inode) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			continue
		}
		process, err := os.FindProcess(pid)
		// Asked again with the handle in hand: it is still the same process.
		if err != nil || !holds(folder, inode) {
			continue
		}
		s.process, s.name = process, functionOf(folder)
		return
	}
}

// inodeOf finds the socket of this machine that is connected from one address
// to another.
func inodeOf(from, to net.Addr) (string, error) {
	file, err := os.Open("/proc/net/tcp")
	if err != nil {
		return "", err
	}
	defer file.Close()
	local, remote := kernelAddress(from), kernelAddress(to)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// sl local rem st tx:rx tr:tm retrnsmt uid timeout inode …: proc_net_tcp(5)
		f := strings.Fields(lines.Text())
		if len(f) > 9 && f[1] == local && f[2] == remote && f[9] != "0" {
			return f[9], nil
		}
	}
	return "", fmt.Errorf("there is no socket from %v to %v", from, to)
}

// kernelAddress writes an IPv4 address and port as /proc/net/tcp does: the
// address as a little-endian number.
func kernelAddress(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || tcp.IP.To4() == nil {
		return ""
	}
	ip := tcp.IP.To4()
	return strings.ToUpper(hex.EncodeToString([]byte{ip[3], ip[2], ip[1], ip[0]})) + fmt.Sprintf(":%04X", tcp.Port)
}

// holds reports whether a process, by its folder in /proc, has the socket open.
func holds(folder, inode string) bool {
	descriptors, _ := filepath.Glob(folder + "/fd/*")
	for _, d := range descriptors {
		if to, err := os.Readlink(d); err == nil && to == "socket:["+inode+"]" {
			return true
		}
	}
	return false
}

// functionOf is the function that a process says it is.
func functionOf(folder string) string {
	environment, err := os.ReadFile(folder + "/environ")
	if err != nil {
		return ""
	}
	var name, stage string
	for _, v := range bytes.Split(environment, []byte{0}) {
		if n, ok := bytes.CutPrefix(v, []byte("AWS_LAMBDA_FUNCTION_NAME=")); ok {
			name = string(n)
		}
		if s, ok := bytes.CutPrefix(v, []byte("STAGE=")); ok {
			stage = string(s)
		}
	}
	return strings.TrimPrefix(name, "cuepipe-"+stage+"-")
}
