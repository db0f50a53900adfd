package cli

import (
	"context"
	"errors"

	"github.com/kith-id/kith/internal/server"
)

type serveCmd struct {
	Listen         string `help:"Address to listen on (KITH_LISTEN; 127.0.0.1:8080)." placeholder:"HOST:PORT"`
	PublicURL      string `name:"public-url" help:"Where browsers and clients reach Kith (KITH_PUBLIC_URL; the listen address)." placeholder:"URL"`
	TrustedProxies string `name:"trusted-proxies" help:"Networks whose X-Forwarded-For and -Proto count (KITH_TRUSTED_PROXIES)." placeholder:"CIDR,…"`
	Partition      string `help:"The second part of every full id (KITH_PARTITION; kith). Choose before the first start." placeholder:"NAME"`
	Lenient        string `help:"Ignore unknown request fields instead of refusing them (KITH_LENIENT; false)." placeholder:"true|false"`
	LogLevel       string `name:"log-level" help:"debug, info, warn or error (KITH_LOG_LEVEL; info)." placeholder:"LEVEL"`
	LogFormat      string `name:"log-format" help:"text or json (KITH_LOG_FORMAT; text)." placeholder:"FORMAT"`
}

// Help tells what has no flag.
func (serveCmd) Help() string {
	return `Settings come from, in rising order of precedence, defaults, the settings file, the environment and flags.
Secrets have no flags: KITH_SECRET_KEY (32 bytes in base64; else the file secret.key in the data folder is used and made
when missing) and KITH_SETUP_CODE (else a random one is logged until there is an organisation).`
}

// Run serves until the process is told to stop.
func (c serveCmd) Run(e *environment) error {
	cfg, err := e.load(given(map[string]string{
		"listen": c.Listen, "public_url": c.PublicURL, "trusted_proxies": c.TrustedProxies, "partition": c.Partition,
		"lenient": c.Lenient, "log_level": c.LogLevel, "log_format": c.LogFormat,
	}))
	if err != nil {
		return err
	}
	err = server.Serve(e.ctx, cfg, server.Options{Version: version, Log: e.logger(cfg, cfg.LogLevel)}, e.Out)
	if e.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // told to stop while starting
	}
	return err
}
