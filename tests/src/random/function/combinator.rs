//! `map` and `try_join!`.

use super::{Context, ErrorType, Grower, Kind};

impl Grower {
    /// The context of a body: nothing outside is assigned, and no loop outside is left.
    fn inside(
        &mut self,
        context: &Context,
        result: Kind,
        error: ErrorType,
        site: char,
        may_fail: bool,
    ) -> Context {
        self.bodies += 1;
        Context {
            result,
            error,
            loops: Vec::new(),
            site,
            may_fail,
            body: self.bodies,
            depth: context.depth + 1,
        }
    }

    /// The statements and the last value of a body.
    fn body(&mut self, context: &Context) -> String {
        self.scoped(|this| {
            let count = 1 + this.number(2);
            // The first statement is a state, so that a Pass state at the start has a name.
            let text = this.statements(context, count);
            let pinned = match context.error {
                ErrorType::Never => String::new(),
                // rustc infers the error type from this.
                _ if context.may_fail => {
                    let state = this.attribute("I");
                    let condition = this.condition(context, 1);
                    let context = &Context {
                        loops: Vec::new(),
                        ..context.clone()
                    };
                    let error = this.attribute("F");
                    let variant = match context.error {
                        ErrorType::Work => "WorkError::Busy",
                        _ => "FlowError::Stopped",
                    };
                    this.form("failure inside");
                    format!("{state}if {condition} {{ {error}return Err({variant}); }} ")
                }
                _ => String::new(),
            };
            let last = this.last(context);
            format!("{{ {text}{pinned}{last} }}")
        })
    }

    /// The value of a combinator: passed on with `?`, or matched.
    fn joined(
        &mut self,
        text: &str,
        error: ErrorType,
        names: &str,
        declared: &[(String, Kind)],
        context: &Context,
    ) -> String {
        let passes = match (error, context.error) {
            (ErrorType::Work, ErrorType::Work | ErrorType::Flow) => true,
            (one, other) => one == other,
        };
        if passes && self.once_in(2) {
            for (name, kind) in declared {
                self.declare(name, *kind, false, context);
            }
            return format!("let {names} = {text}.await?;");
        }
        let kind = self.once_in(2).then(|| self.kind());
        let target = self.name();
        let state = self.attribute("M");
        let ok = self.scoped(|this| {
            for (name, kind) in declared {
                this.declare(name, *kind, false, context);
            }
            this.arm(kind, context)
        });
        let name = self.name();
        let variant = match error {
            ErrorType::Work => format!("WorkError::Refused {{ code: {name}, .. }}"),
            _ if self.once_in(2) => {
                self.form("alternatives of errors");
                format!("FlowError::Count({name}) | FlowError::Rejected {{ at: {name}, .. }}")
            }
            _ => format!("FlowError::Count({name})"),
        };
        self.form("match of a combinator");
        let caught = self.arm_with(&name, Kind::Int, kind, context);
        let other = self.arm(kind, context);
        let text = format!(
            "match {text}.await {{ Ok({names}) => {ok} Err({variant}) => {caught} Err(_) => {other} }}"
        );
        self.bound(&state, &target, kind, &text, context)
    }

    pub(super) fn map(&mut self, context: &Context) -> String {
        self.form("map");
        let list = match self.visible_of(Kind::List).first() {
            Some(list) if self.once_in(2) => format!("&{}", list.name),
            _ => self.value(Kind::List, context),
        };
        let is_sequential = self.once_in(2);
        let may_fail = context.may_fail && is_sequential;
        let site = match (context.site, is_sequential) {
            (site, true) => site,
            ('s', false) if context.may_fail => 'c',
            ('c', false) => 'c',
            _ => 'n',
        };
        // `?` in an infallible body has no type, so such a body returns no `Result`.
        let error = match (may_fail, self.number(3)) {
            (true, 0) => ErrorType::Flow,
            (true, 1) => ErrorType::Work,
            _ => ErrorType::Never,
        };
        if may_fail && context.site == 'c' {
            self.form("silent");
        }
        let inside = self.inside(context, Kind::Int, error, site, may_fail);
        let item = self.name();
        let body = self.scoped(|this| {
            this.declare(&item, Kind::Int, false, &inside);
            this.body(&inside)
        });
        let concurrency = match (is_sequential, self.number(3)) {
            (true, _) => ".concurrency(1)",
            (false, 0) => ".concurrency(2)",
            (false, 1) => ".concurrency(10)",
            _ => "",
        };
        let text = format!(
            "map({list}, async |{item}| {body}){concurrency}.named(\"{}\")",
            self.state("T")
        );
        let name = self.name();
        if error == ErrorType::Never {
            if self.once_in(2) {
                self.declare(&name, Kind::List, false, context);
                return format!("let {name} = {text}.await;");
            }
            self.form("map that fails is caught");
            let state = self.attribute("M");
            let kind = self.kind();
            let ok = self.arm_with(&name, Kind::List, Some(kind), context);
            let other = self.arm(Some(kind), context);
            let target = self.name();
            let text = format!("match {text}.await {{ Ok({name}) => {ok} Err(_) => {other} }}");
            return self.bound(&state, &target, Some(kind), &text, context);
        }
        self.form("map with Result");
        self.joined(&text, error, &name, &[(name.clone(), Kind::List)], context)
    }

    /// A `try_join!` whose branches return no `Result`.
    fn join_without_errors(&mut self, count: usize, context: &Context) -> String {
        self.form("try_join! without errors");
        let site = if context.site == 'n' { 'n' } else { 'c' };
        let mut branches = Vec::new();
        let mut names = Vec::new();
        let mut declared = Vec::new();
        for branch in 0..count {
            let name = format!("{}{branch}", self.name().trim_start_matches("r#"));
            let kind = match self.number(3) {
                0 => {
                    let inside = self.inside(context, Kind::Int, ErrorType::Never, 'n', false);
                    branches.push(format!("async {}", self.body(&inside)));
                    Kind::Int
                }
                _ => {
                    let calling = &Context {
                        site: if branch == 0 { site } else { 'n' },
                        may_fail: false,
                        ..context.clone()
                    };
                    let place = self.site(calling, false);
                    let (n, text) = (
                        self.value(Kind::Int, calling),
                        self.value(Kind::Text, calling),
                    );
                    branches.push(format!(
                        "build({place}, {n}, {text}).named(\"{}\")",
                        self.state("T")
                    ));
                    Kind::Item
                }
            };
            names.push(name.clone());
            declared.push((name, kind));
        }
        let names = format!("({})", names.join(", "));
        let text = format!(
            "try_join!({}).named(\"{}\").await",
            branches.join(", "),
            self.state("J")
        );
        match self.number(3) {
            0 => {
                for (name, kind) in &declared {
                    self.declare(name, *kind, false, context);
                }
                format!("let {names} = {text};")
            }
            1 if context.error != ErrorType::Never => {
                for (name, kind) in &declared {
                    self.declare(name, *kind, false, context);
                }
                format!("let {names} = {text}?;")
            }
            _ => {
                let kind = self.once_in(2).then(|| self.kind());
                let target = self.name();
                let state = self.attribute("M");
                let ok = self.scoped(|this| {
                    for (name, kind) in &declared {
                        this.declare(name, *kind, false, context);
                    }
                    this.arm(kind, context)
                });
                let other = self.arm(kind, context);
                let text = format!("match {text} {{ Ok({names}) => {ok} Err(_) => {other} }}");
                self.bound(&state, &target, kind, &text, context)
            }
        }
    }

    pub(super) fn try_join(&mut self, context: &Context) -> String {
        self.form("try_join!");
        let count = 2 + self.number(2);
        if self.once_in(4) {
            return self.join_without_errors(count, context);
        }
        let is_flow = context.may_fail && self.once_in(2);
        let error = if is_flow {
            ErrorType::Flow
        } else {
            ErrorType::Work
        };
        // At most one branch fails without a call; then no call of the others fails.
        let failing = context.may_fail.then(|| self.number(count));
        if failing.is_some() && (is_flow || self.once_in(2)) {
            self.form("silent");
            let mut branches = Vec::new();
            let mut declared = Vec::new();
            for branch in 0..count {
                let kind = self.kind();
                let fails = Some(branch) == failing;
                let site = if fails {
                    if context.site == 'n' { 'n' } else { 'c' }
                } else {
                    'n'
                };
                let own = if fails { error } else { ErrorType::Never };
                let inside = self.inside(context, kind, own, site, fails);
                branches.push(format!("async {}", self.body(&inside)));
                declared.push((self.name(), kind));
            }
            return self.join(&branches, declared, error, context);
        }
        let site = match context.site {
            's' | 'c' if context.may_fail => 'c',
            'c' => 'c',
            _ => 'n',
        };
        let mut branches = Vec::new();
        let mut declared = Vec::new();
        for branch in 0..count {
            // A call of this error type pins it.
            if branch == 0 || self.once_in(2) {
                let calling = &Context {
                    site,
                    may_fail: false,
                    ..context.clone()
                };
                let place = self.site(calling, false);
                let value = self.value(Kind::Int, calling);
                let call = format!("step({place}, {value}).named(\"{}\")", self.state("T"));
                branches.push(if self.once_in(3) {
                    self.form("try_join! with ? in a block");
                    format!("async {{ let passed = {call}.await?; Ok(passed) }}")
                } else {
                    call
                });
                declared.push((self.name(), Kind::Int));
                continue;
            }
            let kind = self.kind();
            let inside = self.inside(context, kind, ErrorType::Never, site, false);
            branches.push(format!("async {}", self.body(&inside)));
            declared.push((self.name(), kind));
        }
        self.join(&branches, declared, ErrorType::Work, context)
    }

    fn join(
        &mut self,
        branches: &[String],
        mut declared: Vec<(String, Kind)>,
        error: ErrorType,
        context: &Context,
    ) -> String {
        // A pattern binds each name once.
        let mut names: Vec<String> = Vec::new();
        for (name, _) in &mut declared {
            if names.contains(name) {
                *name = format!("other{}", names.len());
            }
            names.push(name.clone());
        }
        let text = format!(
            "try_join!({}).named(\"{}\")",
            branches.join(", "),
            self.state("J")
        );
        self.joined(
            &text,
            error,
            &format!("({})", names.join(", ")),
            &declared,
            context,
        )
    }
}
