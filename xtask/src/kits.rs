//! The kits of `stayd/server` in the frameworks that they are for.

use clap::ValueEnum;

use crate::setup::{self, Need};
use crate::{built, process, root, test};

/// A framework with a kit.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kit {
    /// `stayd/sveltekit`
    Sveltekit,
    /// `stayd/astro`
    Astro,
    /// `stayd/next`
    Next,
}

/// Builds the apps in `e2e/kits` and looks at them in Chromium. Not a part of what CI runs: three frameworks are half a gigabyte
/// and take minutes to install and to build.
pub(crate) fn run(kits: &[Kit]) -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node, Need::Chromium])?;
    test::build_page()?;
    test::build_binary()?;
    setup::npm_packages("e2e")?;
    let mut npm = setup::npm(&root().join("e2e"))?;
    npm.args(["run", "kits"]).env("STAYD_BIN", built("debug", "stayd")?);
    if !kits.is_empty() {
        let names: Vec<String> =
            kits.iter().filter_map(|kit| Some(kit.to_possible_value()?.get_name().to_owned())).collect();
        npm.env("STAYD_KITS", names.join(","));
    }
    process::run("the kits in their frameworks", &mut npm)
}
