package lint

import "github.com/cob-lang/cob/lang/diag"

// The codes of this room; their pages are in the table of compiler/check.
const (
	CodeConstant    diag.Code = "COB6001"
	CodeRepeated    diag.Code = "COB6002"
	CodeSameBlocks  diag.Code = "COB6003"
	CodeWithItself  diag.Code = "COB6004"
	CodeBoolLiteral diag.Code = "COB6005"
	CodeNegation    diag.Code = "COB6006"
	CodeChoice      diag.Code = "COB6007"
	CodeSelf        diag.Code = "COB6008"
	CodeEmpty       diag.Code = "COB6009"
	CodeStill       diag.Code = "COB6010"
	CodeNaming      diag.Code = "COB6011"

	CodeUndoFails   diag.Code = "COB6020"
	CodeUndoTwice   diag.Code = "COB6021"
	CodeDoneTwice   diag.Code = "COB6022"
	CodeOneKey      diag.Code = "COB6023"
	CodeNoKey       diag.Code = "COB6024"
	CodeForever     diag.Code = "COB6025"
	CodeAnyEvent    diag.Code = "COB6026"
	CodeTwoArms     diag.Code = "COB6027"
	CodeNoTime      diag.Code = "COB6028"
	CodeNoDead      diag.Code = "COB6029"
	CodeDeadCircle  diag.Code = "COB6030"
	CodeOwnChannel  diag.Code = "COB6031"
	CodeOneDomain   diag.Code = "COB6032"
	CodeLabelInURL  diag.Code = "COB6033"
	CodeSameRule    diag.Code = "COB6034"
	CodeNobody      diag.Code = "COB6035"
	CodeOneKeyThere diag.Code = "COB6036"
)
