package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

func taskCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "task", Short: "List, claim, hand over and complete human tasks"})
	cmd.AddCommand(taskListCommand(), taskShowCommand(), taskClaimCommand(), taskUnclaimCommand(), taskDelegateCommand(), taskCompleteCommand())
	return cmd
}

// signer is who does something, from --by.
type signer struct {
	cmd *cobra.Command
	to  *target
	by  string
}

func byFlag(cmd *cobra.Command, to *target) *signer {
	s := &signer{cmd: cmd, to: to}
	cmd.Flags().StringVar(&s.by, "by", os.Getenv("USER"), "who does it; a token says it itself")
	return s
}

// name is who is said to do it: nobody, where a token says it.
func (s *signer) name() string {
	if s.to.known() && !s.cmd.Flags().Changed("by") {
		return ""
	}
	return s.by
}

// person is who asks, from flags.
type person struct {
	*signer
	groups string
}

// personFlags are the flags of who asks a node, where no token says it.
func personFlags(cmd *cobra.Command, to *target) *person {
	p := &person{signer: byFlag(cmd, to)}
	cmd.Flags().StringVar(&p.groups, "groups", os.Getenv("COB_GROUPS"), "the groups of who does it, separated by commas (also COB_GROUPS); a token has its own")
	return p
}

func (p *person) headers() map[string]string {
	h := map[string]string{}
	if p.to.known() {
		return h
	}
	if p.by != "" {
		h[admin.UserHeader] = p.by
	}
	if p.groups != "" {
		h[admin.GroupsHeader] = p.groups
	}
	return h
}

func formatFlag(cmd *cobra.Command) *string {
	f := cmd.Flags().String("format", "text", "text or json")
	offer(cmd, "format", "text", "json")
	return f
}

// offer completes a flag with words.
func offer(cmd *cobra.Command, flag string, words ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("a completion of a flag that there is not: " + err.Error())
	}
}

func checkFormat(format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("--format %s: want text or json", format)
	}
	return nil
}

func taskListCommand() *cobra.Command {
	var role, process, order string
	var mine, overdue bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List open tasks",
		Example: `  cob task list --role manager --sort priority
  cob task list --mine --by ada --groups managers`,
		Args: cobra.NoArgs,
	}
	server := serverFlag(cmd)
	who, format := personFlags(cmd, server), formatFlag(cmd)
	cmd.Flags().StringVar(&role, "role", "", "only tasks of this role")
	cmd.Flags().StringVar(&process, "process", "", "only tasks of this process")
	cmd.Flags().BoolVar(&mine, "mine", false, "only what you have claimed or may claim")
	cmd.Flags().BoolVar(&overdue, "overdue", false, "only tasks whose time is over")
	cmd.Flags().StringVar(&order, "sort", string(node.BySince), "since (oldest first), due or priority")
	offer(cmd, "sort", string(node.BySince), string(node.ByDue), string(node.ByPriority))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		q := url.Values{"role": {role}, "process": {process}, "sort": {order}}
		if mine {
			q.Set("mine", "true")
		}
		if overdue {
			q.Set("overdue", "true")
		}
		list, err := openTasks(cmd, who, q)
		switch {
		case err != nil:
			return err
		case *format == "json":
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printTasks(cmd.OutOrStdout(), list)
	}
	return cmd
}

func openTasks(cmd *cobra.Command, who *person, q url.Values) ([]node.Task, error) {
	var list struct {
		Tasks []node.Task `json:"tasks"`
	}
	err := newClient(*who.to).do(cmd.Context(), "GET", "/v1/tasks?"+q.Encode(), who.headers(), nil, &list)
	return list.Tasks, err
}

// dueText says how far away a time is.
func dueText(t *node.Task) string {
	switch {
	case t.Due == nil:
		return ""
	case t.Overdue:
		return age(time.Since(*t.Due)) + " ago"
	}
	return "in " + age(time.Until(*t.Due))
}

func printTasks(w io.Writer, list []node.Task) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tTASK\tROLE\tPROCESS\tKEY\tAGE\tDUE\tPRIORITY\tCLAIMED BY\tFORM")
	for _, task := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", task.ID, task.Name, task.Role, task.Process, task.Key,
			age(time.Since(task.Since)), dueText(&task), task.Priority, task.ClaimedBy, formText(task.Form))
	}
	return t.Flush()
}

func formText(form []node.FormField) string {
	fields := make([]string, len(form))
	for i, f := range form {
		fields[i] = f.Name + ": " + f.Type
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

func taskShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "One task: what it shows, what it asks for, who may do it",
		Example: "  cob task show f3k9x0q2m5v7a1bc.7 --by ada --groups managers",
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	who, format := personFlags(cmd, server), formatFlag(cmd)
	cmd.ValidArgsFunction = taskIDs(who)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		t, err := oneTask(cmd, who, args[0])
		switch {
		case err != nil:
			return err
		case *format == "json":
			return printJSON(cmd.OutOrStdout(), t)
		}
		return printTask(cmd.OutOrStdout(), t)
	}
	return cmd
}

func oneTask(cmd *cobra.Command, who *person, id string) (*node.OneTask, error) {
	var t node.OneTask
	err := newClient(*who.to).do(cmd.Context(), "GET", "/v1/tasks/"+url.PathEscape(id), who.headers(), nil, &t)
	return &t, err
}

func printTask(w io.Writer, t *node.OneTask) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "%s\t%s\n", name, value)
		}
	}
	row("task", t.Name+" of "+t.Process)
	row("key", t.Key)
	row("open since", age(time.Since(t.Since)))
	row("due", dueText(&t.Task))
	row("priority", fmt.Sprint(t.Priority))
	row("role", t.Role)
	row("escalated to", t.AlsoRole)
	row("groups", strings.Join(t.Groups, ", "))
	row("users", strings.Join(t.Users, ", "))
	row("claimed by", t.ClaimedBy)
	if !t.May {
		row("not for you", t.Why)
	}
	for _, name := range sortedNames(t.Data) {
		row("shows "+name, string(t.Data[name]))
	}
	for _, f := range t.Form {
		row("asks for "+f.Name, strings.TrimSpace(f.Type+"  "+f.Doc))
	}
	return out.Flush()
}

func sortedNames(m map[string]json.RawMessage) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// taskIDs completes the ID of an open task.
func taskIDs(who *person) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list, err := openTasks(cmd, who, url.Values{})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []cobra.Completion
		for _, t := range list {
			out = append(out, cobra.CompletionWithDesc(t.ID, t.Name+" of "+t.Process+" "+t.Key))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// taskVerb is a command that acts on a task; act gives the body, said what it did.
func taskVerb(cmd *cobra.Command, verb, said string, act func(cmd *cobra.Command, who *person, id string) (admin.TaskAct, error)) *cobra.Command {
	cmd.Args = cobra.ExactArgs(1)
	server := serverFlag(cmd)
	who := personFlags(cmd, server)
	cmd.ValidArgsFunction = taskIDs(who)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		by := who.name()
		if by == "" && !server.known() {
			return failure(exitUsage, "say who you are with --by NAME, or show a token with --token-file FILE")
		}
		a, err := act(cmd, who, args[0])
		if err != nil {
			return err
		}
		if server.known() {
			a.By = by // the node refuses another one than the token's
		}
		done, err := actOnTask(cmd, who, args[0], verb, a)
		if err != nil {
			return err
		}
		if a.To != "" {
			said += " to " + a.To
		}
		if by = cmp.Or(by, done.By); by != "" {
			said += " by " + by
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", args[0], said)
		return nil
	}
	return cmd
}

func actOnTask(cmd *cobra.Command, who *person, id, verb string, a admin.TaskAct) (done admin.TaskDone, err error) {
	body, err := json.Marshal(a)
	if err != nil {
		return done, err
	}
	err = newClient(*who.to).do(cmd.Context(), "POST", "/v1/tasks/"+url.PathEscape(id)+"/"+verb, who.headers(), body, &done)
	return done, err
}

func taskClaimCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "claim ID",
		Short:   "Reserve a task for one person",
		Example: "  cob task claim f3k9x0q2m5v7a1bc.7 --by ada --groups managers",
	}
	return taskVerb(cmd, "claim", "claimed", func(*cobra.Command, *person, string) (admin.TaskAct, error) { return admin.TaskAct{}, nil })
}

func taskUnclaimCommand() *cobra.Command {
	var a admin.TaskAct
	cmd := &cobra.Command{
		Use:     "unclaim ID",
		Short:   "Give a claimed task back",
		Example: `  cob task unclaim f3k9x0q2m5v7a1bc.7 --by bob --groups managers --force --reason "Ada is ill"`,
	}
	cmd.Flags().BoolVar(&a.Force, "force", false, "take it from whoever has it")
	cmd.Flags().StringVar(&a.Reason, "reason", "", "why, for the history")
	return taskVerb(cmd, "unclaim", "released", func(*cobra.Command, *person, string) (admin.TaskAct, error) { return a, nil })
}

func taskDelegateCommand() *cobra.Command {
	var a admin.TaskAct
	cmd := &cobra.Command{
		Use:     "delegate ID --to PERSON",
		Short:   "Hand a task to another person",
		Example: "  cob task delegate f3k9x0q2m5v7a1bc.7 --to bob --by ada --groups managers",
	}
	cmd.Flags().StringVar(&a.To, "to", "", "who does it instead; the person has to have the role")
	cmd.Flags().StringVar(&a.Reason, "reason", "", "why, for the history")
	if err := cmd.MarkFlagRequired("to"); err != nil {
		panic(err)
	}
	return taskVerb(cmd, "delegate", "delegated", func(*cobra.Command, *person, string) (admin.TaskAct, error) { return a, nil })
}

func taskCompleteCommand() *cobra.Command {
	var input, form string
	cmd := &cobra.Command{
		Use:   "complete ID",
		Short: "Answer a task",
		Long: `Answers a task with a JSON object. Without --form and --input it asks for each field
of the form, where it runs on a terminal; elsewhere the answer is {}.`,
		Example: `  cob task complete f3k9x0q2m5v7a1bc.7 --by ada --groups managers
  cob task complete f3k9x0q2m5v7a1bc.7 --by ada --groups managers --form '{"approved": true, "note": "fine"}'`,
	}
	cmd.Flags().StringVar(&form, "form", "", "the answer as a JSON object")
	cmd.Flags().StringVar(&input, "input", "", "file with the answer, - for standard input")
	cmd.MarkFlagsMutuallyExclusive("form", "input")
	return taskVerb(cmd, "complete", "completed", func(cmd *cobra.Command, who *person, id string) (admin.TaskAct, error) {
		text := []byte(form)
		switch {
		case form != "":
		case input == "" && onTerminal(cmd.InOrStdin()):
			t, err := oneTask(cmd, who, id)
			if err != nil {
				return admin.TaskAct{}, err
			}
			if !t.May {
				return admin.TaskAct{}, failure(exitBad, "%s", t.Why)
			}
			text, err = fillIn(cmd.InOrStdin(), cmd.ErrOrStderr(), t)
			if err != nil {
				return admin.TaskAct{}, err
			}
		default:
			var err error
			if text, err = readInput(cmd, input); err != nil {
				return admin.TaskAct{}, err
			}
		}
		if !json.Valid(text) {
			return admin.TaskAct{}, failure(exitUsage, `the form is no JSON; want an object such as {"approved": true}`)
		}
		return admin.TaskAct{Form: text}, nil
	})
}
