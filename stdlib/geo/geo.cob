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

process _Example(where_it_is: Position) -> decimal { return where_it_is.lat }

test "a place" {
  when _Example({ lat: 48.8566, lon: 2.3522 })
  then returns 48.8566
}
