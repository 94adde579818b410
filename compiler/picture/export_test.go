package picture

// TextWidth is how wide a text is taken to be that a class is drawn with.
func TextWidth(class, text string) int {
	return map[string]font{"cob-head": headFont, "cob-tag": tagFont, "cob-title": titleFont, "cob-detail": detailFont, "cob-label": labelFont}[class].width(text)
}
