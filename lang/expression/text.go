package expression

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// Text is v as text, for interpolation, keys and string(v): numbers plain, money
// as "20.00 EUR", timestamps in RFC 3339, durations as authors write them, bytes
// in base64, lists and records as canonical JSON. Null has no text: it is "".
func Text(v types.Value) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case types.Exact:
		return x.String()
	case types.Amount:
		return x.String()
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return types.FormatDuration(x)
	case []byte:
		return base64.StdEncoding.EncodeToString(x)
	}
	return string(types.AppendJSON(nil, v))
}

func concat(args []types.Value) (types.Value, error) {
	var b strings.Builder
	for _, v := range args {
		s := Text(v)
		if b.Len()+len(s) > MaxText {
			return nil, tooLong()
		}
		b.WriteString(s)
	}
	return b.String(), nil
}
