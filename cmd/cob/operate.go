package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
)

// operation is what all commands have in common that act on instances.
type operation struct {
	server        *target
	who           *signer
	where, reason string
	dry           bool
}

// operationFlags adds them to a command, which takes IDs or --where.
func operationFlags(cmd *cobra.Command) *operation {
	o := &operation{server: serverFlag(cmd)}
	cmd.Flags().StringVar(&o.where, "where", "", "act on all instances that this condition holds for, instead of IDs")
	cmd.Flags().BoolVar(&o.dry, "dry-run", false, "do nothing; say what would happen to each")
	cmd.Flags().StringVar(&o.reason, "reason", "", "why, for the history")
	o.who = byFlag(cmd, o.server)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if (len(args) > 0) == (o.where != "") {
			return errors.New("name instances by ID, or by --where")
		}
		return nil
	}
	return o
}

func (o *operation) act() admin.Act { return admin.Act{By: o.who.name(), Reason: o.reason} }

func cancelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cancel [ID...]",
		Short: "Stop instances and undo what they did",
		Example: `  cob cancel f3k9x0q2m5v7a1bc --reason "ordered by mistake"
  cob cancel --where 'process == "orders.Fulfil" && state == "incident"' --dry-run`,
	}
	o := operationFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return o.run(cmd, args, "cancel", o.act(), "", func(l observe.Outlook) string { return l.Cancel })
	}
	return cmd
}

func terminateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "terminate [ID...]",
		Short: "End instances at once, without undoing anything",
		Long: `Ends instances at once, whatever state they are in. Nothing is undone; what was done,
and what was under way, is then named among the settlements of cob show. Prefer
cancel, which undoes what was done.`,
		Example: `  cob terminate f3k9x0q2m5v7a1bc --reason "settled by hand"`,
	}
	o := operationFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return o.run(cmd, args, "terminate", o.act(), "", func(l observe.Outlook) string { return l.Terminate })
	}
	return cmd
}

func resumeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume [ID...]",
		Short: "Let instances go on behind an incident, giving up what could not be done",
		Long: `Lets instances go on behind their incidents, giving up what could not be done there:
a compensation, what closes a block, finding out what a call did, a dead letter.
A step whose result is needed later is skipped instead.`,
		Example: `  cob resume f3k9x0q2m5v7a1bc --reason "refunded by hand"`,
	}
	o := operationFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return o.run(cmd, args, "resume", o.act(), "", func(l observe.Outlook) string { return l.Resume })
	}
	return cmd
}

func retryCommand() *cobra.Command {
	var from string
	var set []string
	cmd := &cobra.Command{
		Use:   "retry [ID...]",
		Short: "Let instances with an incident try again, or go back to an earlier step",
		Long: `Does again what has an incident. With --from the instance goes back to that statement
of its body instead: what completed from there on is undone first.`,
		Example: `  cob retry f3k9x0q2m5v7a1bc
  cob retry --where 'state == "incident" && process == "orders.Fulfil"' --reason "payments are back"
  cob retry f3k9x0q2m5v7a1bc --from charge --set limit=3`,
	}
	o := operationFlags(cmd)
	cmd.Flags().StringVar(&from, "from", "", "go back to this step")
	cmd.Flags().StringArrayVar(&set, "set", nil, "with --from: NAME=VALUE gives a variable a value, JSON or a text")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		values, err := assignments(set)
		if err != nil {
			return err
		}
		if from == "" && len(set) > 0 {
			return errors.New("--set goes with --from")
		}
		act := admin.RetryAct{Act: o.act(), From: from, Set: values}
		return o.run(cmd, args, "retry", act, from, func(l observe.Outlook) string {
			if from != "" {
				return l.Back
			}
			return l.Retry
		})
	}
	return cmd
}

// assignments reads NAME=VALUE. What is no JSON is a text.
func assignments(list []string) (map[string]json.RawMessage, error) {
	if len(list) == 0 {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--set %s: want NAME=VALUE", text)
		}
		out[name] = jsonOf(value)
	}
	return out, nil
}

func jsonOf(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil { // no text is without JSON
		return nil
	}
	return quoted
}

func skipCommand() *cobra.Command {
	var step, value string
	var undone bool
	cmd := &cobra.Command{
		Use:   "skip [ID...]",
		Short: "Take a step as done that waits or has an incident",
		Long: `Takes a step as done that waits or has an incident, with the value that it gives. Its
compensation is remembered as if it had been done; --undone says that nothing was.`,
		Example: `  cob skip f3k9x0q2m5v7a1bc --step charge --value '{"id": "c-17"}' --reason "charged by hand"
  cob skip f3k9x0q2m5v7a1bc --step 'notify@12' --undone`,
	}
	o := operationFlags(cmd)
	cmd.Flags().StringVar(&step, "step", "", "which step, as STEP or STEP@ACTIVATION (default: the one that has an incident, or waits)")
	cmd.Flags().StringVar(&value, "value", "", "what the step gives, JSON or a text")
	cmd.Flags().BoolVar(&undone, "undone", false, "nothing was done, so nothing is undone later")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		act := admin.SkipAct{Act: o.act(), Step: step, Undone: undone}
		if cmd.Flags().Changed("value") {
			act.Value = jsonOf(value)
		}
		return o.run(cmd, args, "skip", act, "", func(l observe.Outlook) string { return skipOutlook(l, step) })
	}
	return cmd
}

// skipOutlook is what a skip would do to the places that a name means.
func skipOutlook(l observe.Outlook, step string) string {
	name, number, _ := strings.Cut(step, "@")
	var out []string
	for _, s := range l.Skip {
		if name != "" && s.Step != name || number != "" && strconv.FormatUint(uint64(s.Activation), 10) != number {
			continue
		}
		text := fmt.Sprintf("%s@%d: %s", s.Step, s.Activation, s.Does)
		if s.Wants != "" {
			text += " (--value of " + s.Wants + ")"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return "not possible: it waits at no step that is meant"
	}
	return strings.Join(out, "; ")
}

// run acts on all instances that are meant, one after the other. One that refuses
// does not keep the others from it.
func (o *operation) run(cmd *cobra.Command, ids []string, verb string, act any, from string, outlook func(observe.Outlook) string) error {
	body, err := json.Marshal(act)
	if err != nil {
		return err
	}
	c := newClient(*o.server)
	if o.where != "" {
		if ids, err = matching(cmd.Context(), c, o.where); err != nil {
			return err
		}
	}
	refused := 0
	for _, id := range ids {
		path := "/v1/instances/" + url.PathEscape(id)
		var said string
		var err error
		if o.dry {
			var l observe.Outlook
			err = c.do(cmd.Context(), "GET", path+"/outlook?from="+url.QueryEscape(from), nil, nil, &l)
			said = outlook(l)
		} else {
			var d observe.Details
			err = c.do(cmd.Context(), "POST", path+"/"+verb, nil, body, &d)
			said = string(d.State)
		}
		switch {
		case err == nil:
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", id, said)
		case len(ids) == 1, exitCodeOf(err) != exitBad:
			return err
		default:
			refused++
			fmt.Fprintf(cmd.ErrOrStderr(), "%s  %v\n", id, err)
		}
	}
	if refused > 0 {
		return failure(exitBad, "%d of %d instances refused", refused, len(ids))
	}
	return nil
}

// matching are the IDs of all instances that a condition holds for, newest first.
func matching(ctx context.Context, c *client, where string) ([]string, error) {
	var ids []string
	q := url.Values{"where": {where}, "limit": {strconv.Itoa(admin.MaxList)}}
	for {
		var page admin.Page
		if err := c.do(ctx, "GET", "/v1/instances?"+q.Encode(), nil, nil, &page); err != nil {
			return nil, err
		}
		for _, i := range page.Instances {
			ids = append(ids, i.ID)
		}
		if page.Cursor == "" {
			return ids, nil
		}
		q.Set("cursor", page.Cursor)
	}
}
