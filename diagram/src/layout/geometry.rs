//! Points, rectangles and paths. All lengths are in pixels; `y` grows downwards.

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl Point {
    pub(super) fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// Translates the point from the coordinates of a box at `origin` to the coordinates outside.
    pub(crate) fn moved(self, origin: Point) -> Point {
        Point::new(self.x + origin.x, self.y + origin.y)
    }
}

/// A width and a height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Size {
    pub(crate) fn new(width: f64, height: f64) -> Size {
        Size { width, height }
    }
}

/// A rectangle: its upper left corner and its size.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rect {
    pub(crate) corner: Point,
    pub(crate) size: Size,
}

impl Rect {
    /// The rectangle around a centre.
    pub(super) fn around(centre: Point, size: Size) -> Rect {
        Rect {
            corner: Point::new(centre.x - size.width / 2.0, centre.y - size.height / 2.0),
            size,
        }
    }

    /// Translates the rectangle.
    pub(crate) fn moved(self, by: Point) -> Rect {
        Rect {
            corner: self.corner.moved(by),
            size: self.size,
        }
    }

    pub(crate) fn right(&self) -> f64 {
        self.corner.x + self.size.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.corner.y + self.size.height
    }
}

/// The path of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Path {
    pub(crate) start: Point,
    pub(crate) segments: Vec<Segment>,
}

/// A segment of a path. It starts at the end of the previous segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Segment {
    /// A straight line to a point.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Curve(Point, Point, Point),
}

impl Segment {
    pub(crate) fn end(self) -> Point {
        match self {
            Segment::Line(end) | Segment::Curve(_, _, end) => end,
        }
    }
}

impl Path {
    pub(super) fn from(start: Point) -> Path {
        Path {
            start,
            segments: Vec::new(),
        }
    }

    fn end(&self) -> Point {
        self.segments
            .last()
            .map_or(self.start, |segment| segment.end())
    }

    /// Adds a vertical line down to a height, unless the path is already there.
    pub(super) fn down_to(&mut self, y: f64) {
        let end = self.end();
        if (y - end.y).abs() < 0.05 {
            return;
        }
        // Merges two straight segments in the same direction.
        if let Some(Segment::Line(last)) = self.segments.last_mut() {
            last.y = y;
            return;
        }
        self.segments.push(Segment::Line(Point::new(end.x, y)));
    }

    /// Adds a curve to a point below, vertical at both ends.
    pub(super) fn swing_to(&mut self, point: Point) {
        let end = self.end();
        if (point.x - end.x).abs() < 0.5 {
            // The offset is too small for a visible curve; the straight line is within half a pixel
            // of the point.
            self.down_to(point.y);
            return;
        }
        let middle = (end.y + point.y) / 2.0;
        self.segments.push(Segment::Curve(
            Point::new(end.x, middle),
            Point::new(point.x, middle),
            point,
        ));
    }

    /// Translates the path from the coordinates of a box at `origin` to the coordinates outside.
    pub(crate) fn moved(&self, origin: Point) -> Path {
        Path {
            start: self.start.moved(origin),
            segments: self
                .segments
                .iter()
                .map(|segment| match segment {
                    Segment::Line(end) => Segment::Line(end.moved(origin)),
                    Segment::Curve(first, second, end) => {
                        Segment::Curve(first.moved(origin), second.moved(origin), end.moved(origin))
                    }
                })
                .collect(),
        }
    }

    /// The same path in the opposite direction.
    pub(super) fn reversed(&self) -> Path {
        let mut path = Path::from(self.end());
        let mut starts: Vec<Point> = vec![self.start];
        starts.extend(self.segments.iter().map(|segment| segment.end()));
        for (segment, start) in self.segments.iter().zip(&starts).rev() {
            path.segments.push(match segment {
                Segment::Line(_) => Segment::Line(*start),
                Segment::Curve(first, second, _) => Segment::Curve(*second, *first, *start),
            });
        }
        path
    }
}
