// Package picture draws what a package says: the flow of a process, a route
// or a pattern,
// and the map of channels, routes, processes, endpoints and clouds.
//
// In go parsed files and a plan; out come a Flow for each process and route, a Map
// for the package, and from each of them SVG, Mermaid or DOT, and from flows BPMN 2.0
// with its diagram. A flow is drawn as
// the text is written: what stands below in the text stands below in the picture,
// branches stand beside each other, what handles or undoes a step stands to its
// right. So the layout needs no search, is the same every time, and never crosses
// lines. The map has columns, with what sends before what receives. SVG is
// complete in itself: no font, script or style from elsewhere, light and dark.
//
// Deliberately absent: reading packages, writing files, and colours of anybody's
// house style.
package picture
