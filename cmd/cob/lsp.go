package main

import (
	"errors"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/lsp"
)

func lspCommand() *cobra.Command {
	log := ""
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Answer an editor: the language server, on standard input and output",
		Long: `Speaks the Language Server Protocol on standard input and output until the editor
ends the session. Editors start it; how is in lsp/editors.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serveEditor(c, log) },
	}
	c.Flags().StringVar(&log, "log", "", "write what only somebody who mends the server wants to know to this file")
	c.Flags().Bool("stdio", true, "what editors say; there is no other way")
	return c
}

func serveEditor(c *cobra.Command, log string) error {
	o := lsp.Options{Version: version()}
	if log != "" {
		f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return bad(err)
		}
		defer f.Close()
		o.Log = slog.New(slog.NewTextHandler(f, nil))
	}
	err := lsp.Serve(c.Context(), c.InOrStdin(), c.OutOrStdout(), o)
	if errors.Is(err, lsp.ErrNoShutdown) {
		return &exit{exitBad, nil}
	}
	if err != nil {
		return bad(err)
	}
	return nil
}
