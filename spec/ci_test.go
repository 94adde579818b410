package spec

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(read(t, path)))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type action struct {
	Name, Description string
	Inputs            map[string]struct{ Description, Default string }
	Runs              struct {
		Using string
		Steps []struct {
			Name, If, Shell, Run string
			Env                  map[string]string
		}
	}
}

// workspace is a git repository with a package that is fine, and a commit before.
func workspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "leave", "leave.cob"), read(t, "../examples/leave/leave.cob"))
	shell(t, dir, nil, "git init -q && git add -A && git -c user.name=a -c user.email=a@example.org commit -qm one")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// shell runs a step as a runner does: bash that stops at the first failure.
func shell(t *testing.T, dir string, env []string, text string) (string, error) {
	t.Helper()
	c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text)
	c.Dir = dir
	c.Env = append(append(os.Environ(), "PATH="+buildCob(t)+string(os.PathListSeparator)+os.Getenv("PATH")), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

var inputReference = regexp.MustCompile(`^\$\{\{ inputs\.(\w+) \}\}$`)

// act runs the steps of the action; failed names the step that ended it.
func act(t *testing.T, dir string, with map[string]string) (output, failed string) {
	t.Helper()
	var a action
	readYAML(t, "../.github/actions/cob/action.yml", &a)
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %s puts an input into a script: whoever names a branch could run anything", s.Name)
		}
		if s.If == "inputs.base != ''" && with["base"] == "" {
			continue
		}
		env := []string{"GITHUB_PATH=" + os.DevNull, "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary")}
		for name, value := range s.Env {
			m := inputReference.FindStringSubmatch(value)
			if m == nil {
				t.Fatalf("step %s sets %s to %q: want an input", s.Name, name, value)
			}
			input, ok := a.Inputs[m[1]]
			if !ok {
				t.Errorf("step %s reads the input %s, which does not exist", s.Name, m[1])
			}
			if v, ok := with[m[1]]; ok {
				input.Default = v
			}
			env = append(env, name+"="+input.Default)
		}
		out, err := shell(t, dir, env, s.Run)
		output += out
		if err != nil {
			return output, s.Name
		}
	}
	return output, ""
}

func TestGitHubAction(t *testing.T) {
	dir := workspace(t)
	good := read(t, filepath.Join(dir, "leave", "leave.cob"))
	file := filepath.Join(dir, "leave", "leave.cob")
	with := map[string]string{"sarif": "cob.sarif", "junit": "tests.xml", "base": "HEAD"}
	if out, failed := act(t, dir, with); failed != "" {
		t.Fatalf("a package that is fine fails in step %s:\n%s", failed, out)
	}
	if text := read(t, filepath.Join(dir, "cob.sarif")); !strings.Contains(text, `"version": "2.1.0"`) {
		t.Errorf("cob.sarif is %s", text)
	}
	if text := read(t, filepath.Join(dir, "tests.xml")); !strings.Contains(text, "<testsuite ") || !strings.Contains(text, `file="leave/leave.cob" line="`) {
		t.Errorf("tests.xml is %s", text)
	}
	for _, c := range []struct{ old, new, step, says string }{
		{"return absence\n", "return absense\n", "Check", "::error file=leave/leave.cob,line="},
		{"key: request.id", "key:    request.id", "Format", "::error title=not formatted::run cob fmt on leave/leave.cob"},
		{"nobody decided within three days\" } }\n    }", "nobody cared\" } }\n    }", "Test", "FAIL"},
		{"-> Absence raises Refused {", "-> Absence raises Refused, Lost {", "Compare", "incompatible"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%q is not in the package", c.old)
		}
		if c.step == "Compare" {
			text = strings.Replace(text, "fault Refused", "fault Lost { id: string }\nfault Refused", 1)
			text = strings.Replace(text, "  return absence\n", "  if request.days > 900 { fail Lost { id: request.id } }\n  return absence\n", 1)
			write(t, file, text)
			shell(t, dir, nil, "cob fmt leave")
		} else {
			write(t, file, text)
		}
		out, failed := act(t, dir, with)
		if failed != c.step || !strings.Contains(out, c.says) {
			t.Errorf("%q fails in step %q:\n%s", c.new, failed, out)
		}
	}
}

func TestGitLabJob(t *testing.T) {
	var file struct {
		Variables map[string]string
		Cob       struct {
			Image, Stage string
			Before       []string `yaml:"before_script"`
			Script       []string
			Artifacts    struct {
				When    string
				Reports map[string]string
			}
		}
	}
	readYAML(t, "../.gitlab/cob.gitlab-ci.yml", &file)
	run := func(dir string) (string, error) {
		var env []string
		for name, value := range file.Variables {
			env = append(env, name+"="+value)
		}
		return shell(t, dir, env, strings.Join(append(slices.Clone(file.Cob.Before), file.Cob.Script...), "\n"))
	}
	dir := workspace(t)
	if out, err := run(dir); err != nil {
		t.Fatalf("a package that is fine: %v\n%s", err, out)
	}
	write(t, filepath.Join(dir, "leave", "more.cob"), "package leave\n\ntype More { x: strin }\n")
	if out, err := run(dir); err == nil || !strings.Contains(out, "COB2001") {
		t.Errorf("a package with a mistake: %v\n%s", err, out)
	}
	for kind, name := range file.Cob.Artifacts.Reports {
		if text := read(t, filepath.Join(dir, name)); kind == "codequality" && !strings.Contains(text, `"check_name": "COB2001"`) {
			t.Errorf("the report %s is %s", kind, text)
		}
	}
}

func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language, Files string
		Serial                                        bool `yaml:"require_serial"`
	}
	readYAML(t, "../.pre-commit-hooks.yaml", &hooks)
	dir := workspace(t)
	text := read(t, "ci.md")
	for _, h := range hooks {
		if !strings.Contains(text, "`"+h.ID+"`") {
			t.Errorf("ci.md does not name %s", h.ID)
		}
		if !regexp.MustCompile(h.Files).MatchString("leave/leave.cob") {
			t.Errorf("%s does not look at leave/leave.cob", h.ID)
		}
		if out, err := shell(t, dir, nil, h.Entry+" leave/leave.cob"); err != nil {
			t.Errorf("%s: %v\n%s", h.ID, err, out)
		}
	}
	if len(hooks) == 0 {
		t.Error("there are no hooks")
	}
}
