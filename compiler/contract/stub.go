package contract
func readAsyncAPI(r *reader, name string) {}
func readProto(r *reader, name string) {}
func readWSDL(r *reader, name string) {}
