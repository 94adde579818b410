/// Places on the earth.
package geo

/// Degrees north of the equator.
type Latitude = decimal where value >= -90 && value <= 90

/// Degrees east of Greenwich.
type Longitude = decimal where value >= -180 && value <= 180

/// A place in WGS 84.
type Position {
  lat: Latitude
  lon: Longitude
  /// Metres above the sea.
  altitude: decimal?
}

/// What lies within a distance of a place.
type Circle {
  centre: Position
  /// Metres.
  radius: decimal where radius > 0
}

/// What lies between two corners. One that crosses the meridian of 180 degrees has its west in the east of its east.
type Box = { south: Latitude, west: Longitude, north: Latitude, east: Longitude } where value.south <= value.north

/// A point as GeoJSON (RFC 7946) writes it: first the longitude, then the latitude, perhaps the altitude.
type Point = { type_: string where type_ == "Point" @json("type"), coordinates: [decimal] } where len(value.coordinates) in 2..3 && value.coordinates[0] >= -180 && value.coordinates[0] <= 180 && value.coordinates[1] >= -90 && value.coordinates[1] <= 90

/// A place as a point of GeoJSON.
process AsPoint(place: Position) -> Point {
  let height: [decimal] = place.altitude == null ? [] : [place.altitude ?? 0]
  return { type_: "Point", coordinates: [place.lon, place.lat] + height }
}

/// The place of a point of GeoJSON.
process AsPosition(point: Point) -> Position {
  return { lat: point.coordinates[1], lon: point.coordinates[0], altitude: point.coordinates.skip(2).first() }
}

/// Whether a place lies in a box, its edges included.
process Inside(place: Position, box: Box) -> bool {
  let within = place.lat >= box.south && place.lat <= box.north
  if box.west <= box.east { return within && place.lon >= box.west && place.lon <= box.east }
  return within && (place.lon >= box.west || place.lon <= box.east)
}

channel _places: queue of Position { dead_letter: _refused, invalid: _refused }
channel _circles: queue of Circle { dead_letter: _refused, invalid: _refused }
channel _boxes: queue of Box { dead_letter: _refused, invalid: _refused }
channel _points: queue of Point { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "places" {
  when send _places({ lat: 48.8566, lon: 2.3522 })
  when send _places({ lat: -90, lon: 180, altitude: 2835 })
  then never sent _refused
  when send _places({ lat: 90.1, lon: 0 })
  then sent _refused once
  when send _places({ lat: 0, lon: -180.1 })
  then sent _refused 2 times
}

test "circles and points" {
  when send _circles({ centre: { lat: 0, lon: 0 }, radius: 0.5 })
  when send _points({ type_: "Point", coordinates: [2.3522, 48.8566] })
  then never sent _refused
  when send _circles({ centre: { lat: 0, lon: 0 }, radius: 0 })
  then sent _refused once
  when send _points({ type_: "Point", coordinates: [48.8566] })
  then sent _refused 2 times
  when send _points({ type_: "Point", coordinates: [2.3522, 98.8566] })
  then sent _refused 3 times
  when send _points({ type_: "Polygon", coordinates: [2.3522, 48.8566] })
  then sent _refused 4 times
}

test "boxes" {
  when send _boxes({ south: 40, west: 175, north: 50, east: -175 })
  then never sent _refused
  when send _boxes({ south: 50, west: 0, north: 40, east: 10 })
  then sent _refused once
}

test "there and back" {
  when AsPoint({ lat: 48.8566, lon: 2.3522, altitude: 35 })
  then returns { type_: "Point", coordinates: [2.3522, 48.8566, 35] }
  when AsPosition({ type_: "Point", coordinates: [2.3522, 48.8566, 35] })
  then returns { lat: 48.8566, lon: 2.3522, altitude: 35 }
  when AsPosition({ type_: "Point", coordinates: [2.3522, 48.8566] })
  then returns { lat: 48.8566, lon: 2.3522 }
}

test "inside of a box" {
  when Inside({ lat: 48, lon: 2 }, { south: 40, west: 0, north: 50, east: 10 })
  then returns true
  when Inside({ lat: 51, lon: 2 }, { south: 40, west: 0, north: 50, east: 10 })
  then returns false
  when Inside({ lat: -17, lon: -179 }, { south: -20, west: 175, north: -15, east: -175 })
  then returns true
  when Inside({ lat: -17, lon: 0 }, { south: -20, west: 175, north: -15, east: -175 })
  then returns false
}
