//! The npm package: the site's wasm and weights, the page's modules joined and typed, in a tarball.
//!
//! Two folders lie in `target/npm`: `modules/`, where the sources stand as one tree, and `package/`, what is packed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::project::Project;
use crate::web::{self, Profile};
use crate::{gzip, inline, shaders, tools, wasm_version};

/// Where the package is put together.
pub(crate) const DIRECTORY: &str = "target/npm";
/// The engine's version is the package's.
const ENGINE: &str = "vae-playground";
/// What the package exports, by its place in both folders.
const ENTRIES: [&str; 2] = ["js/api/index.js", "js/element/index.js"];
/// Started by the ones above, never imported by them.
const WORKER: &str = "js/api/worker.js";
/// Modules of their own, which the joined ones import from where they lie.
const EXTERNAL: [&str; 2] = ["--external:../../wasm/*", "--external:../../vendor/*"];
pub(crate) const ESBUILD: &str = "node_modules/esbuild/bin/esbuild";
pub(crate) const MINIFY: [&str; 5] =
    ["--bundle", "--format=esm", "--target=es2022", "--minify", "--log-level=warning"];

/// What goes into `modules/js/api/` besides the page's own modules, from `www/package/`.
const MODULES: [&str; 3] = ["assets.js", "index.js", "inline.js"];

/// The files of the wasm that the package has.
const WASM: [&str; 6] = [
    "vae-playground.js",
    "vae-playground.d.ts",
    "vae-playground_bg.wasm",
    "vae-playground-relaxed.js",
    "vae-playground-relaxed.d.ts",
    "vae-playground-relaxed_bg.wasm",
];

/// What the element needs of the site: the folder, and the file in it.
const ELEMENT: [(&str, &str); 7] = [
    ("vendor", "uPlot.esm.js"),
    ("vendor", "uPlot.min.css"),
    ("vendor", "uPlot.LICENSE.txt"),
    ("vendor", "gifenc.esm.js"),
    ("vendor", "gifenc.LICENSE.txt"),
    ("data", "some-images-idx3-ubyte.gz"),
    ("data", "some-labels-idx1-ubyte.gz"),
];

/// Types of the modules; those of `tsconfig.json`, which emits none.
const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "target": "ES2022", "module": "ESNext", "moduleResolution": "bundler",
    "lib": ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"], "types": [],
    "allowJs": true, "checkJs": true, "strict": true, "skipLibCheck": true,
    "declaration": true, "emitDeclarationOnly": true, "rootDir": ".", "outDir": "../package"
  },
  "files": ["js/api/index.js", "js/api/inline.js", "js/api/worker.js", "js/element/index.js"]
}
"#;

/// What a document's methods make of the element's name: no comment in JavaScript can say so.
const TAG_NAME: &str = "declare global {
    interface HTMLElementTagNameMap {
        'vae-playground': VaePlayground;
    }
}
";

/// Builds the site, or takes the one in `site`, and packs it; gives the tarball.
pub(crate) fn run(project: &Project, site: Option<&Path>) -> Result<PathBuf> {
    let site = match site {
        Some(site) => {
            tools::npm_packages(project)?;
            site.to_owned()
        }
        None => {
            web::build(project, Profile::Release)?;
            web::site(project)
        }
    };
    let directory = project.path(DIRECTORY);
    let (modules, package) = (directory.join("modules"), directory.join("package"));
    for folder in [&modules, &package] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        fs::create_dir_all(folder)?;
    }
    let version = project.locked_version(ENGINE)?;
    take_engine(project, &site, &package.join("wasm"), &version)?;
    for extension in ["safetensors", "json"] {
        take(&project.path("pretrained"), &package.join("pretrained"), extension)?;
    }
    take_element(project, &site, &package)?;
    gather(project, &modules, &package)?;
    join(project, &modules, &package)?;
    inline::write(project, &modules, &package)?;
    papers(project, &package, &version)?;

    let npm = tools::NPM;
    let sh = &project.sh;
    cmd!(sh, "{npm} pack --silent --pack-destination {directory} {package}")
        .ignore_stdout()
        .run()
        .context("packing the package")?;
    let tarball = directory.join(format!("{ENGINE}-{version}.tgz"));
    ensure!(tarball.exists(), "npm pack left no {}", tarball.display());
    println!("the package is {}", tarball.display());
    Ok(tarball)
}

/// The wasm of both builds with its version noted, what belongs to it, the shaders, and gzipped files beside them.
fn take_engine(project: &Project, site: &Path, target: &Path, version: &str) -> Result<()> {
    for file in WASM {
        web::copy(&site.join("wasm").join(file), &target.join(file))?;
        if file.ends_with(".wasm") {
            let wasm = target.join(file);
            wasm_version::note(&wasm, version)?;
            gzip::write_beside(&wasm)?;
        }
    }
    shaders::write(project, target, version)?;
    gzip::write_beside(&target.join(shaders::FILE))
}

/// What the element fetches besides: styles, other people's libraries with their licences, the few test digits.
fn take_element(project: &Project, site: &Path, package: &Path) -> Result<()> {
    // Elements read styles as text; what ends in css some bundlers refuse to leave as it is.
    for style in files(&project.path("www/css"), "css")? {
        let name = style.file_name().and_then(|name| name.to_str()).context("a style without a name")?;
        web::copy(&style, &package.join("css").join(format!("{name}.txt")))?;
    }
    for (folder, file) in ELEMENT {
        let target = if file.ends_with(".css") { format!("{file}.txt") } else { file.to_owned() };
        web::copy(&site.join(folder).join(file), &package.join(folder).join(target))?;
    }
    Ok(())
}

/// Copies the files of one kind.
fn take(source: &Path, target: &Path, extension: &str) -> Result<()> {
    for path in files(source, extension)? {
        web::copy_into(&path, target)?;
    }
    Ok(())
}

/// The files of one kind in a folder, in the order of their names.
fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    ensure!(!found.is_empty(), "{} has no .{extension} file", directory.display());
    found.sort();
    Ok(found)
}

/// Puts the modules together as they import one another: the page's, the package's own, and those that are written here.
fn gather(project: &Project, modules: &Path, package: &Path) -> Result<()> {
    copy_tree(&project.path("www/js"), &modules.join("js"))?;
    copy_tree(&package.join("wasm"), &modules.join("wasm"))?;
    let api = modules.join("js/api");
    for module in MODULES {
        web::copy(&project.path("www/package").join(module), &api.join(module))?;
    }
    // Their types are nobody's concern here, and their code is not looked into.
    for library in files(&package.join("vendor"), "js")? {
        let name = library.file_name().context("a library without a name")?;
        let types = modules.join("vendor").join(name).with_extension("d.ts");
        fs::create_dir_all(modules.join("vendor"))?;
        fs::write(types, "export {};\n")?;
    }
    fs::write(api.join("files.js"), file_tables(package)?)?;
    let write = project.path("www/package/write-presets.mjs");
    let (glue, wasm) = (modules.join("wasm/vae-playground.js"), modules.join("wasm/vae-playground_bg.wasm"));
    let presets = api.join("presets.js");
    let sh = &project.sh;
    cmd!(sh, "node {write} {glue} {wasm} {presets}").run().context("asking the engine for its presets")?;
    fs::write(modules.join("tsconfig.json"), TSCONFIG)?;
    let tsc = project.path("node_modules/typescript/bin/tsc");
    cmd!(sh, "node {tsc} --project {modules}/tsconfig.json").run().context("writing the package's types")?;
    let element = package.join("js/element/index.d.ts");
    let types = fs::read_to_string(&element).context("reading the element's types")?;
    fs::write(&element, types + TAG_NAME).context("adding to the element's types")
}

/// The module that names every file of the package whose name is looked up.
fn file_tables(package: &Path) -> Result<String> {
    let weights = entries(&files(&package.join("pretrained"), "safetensors")?, ".safetensors", "")?;
    let posteriors = entries(&files(&package.join("pretrained"), "json")?, ".posteriors.json", "")?;
    let mut styles = entries(&files(&package.join("css"), "txt")?, ".txt", "")?;
    let vendored = files(&package.join("vendor"), "txt")?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".css.txt"));
    styles.extend(entries(&vendored.collect::<Vec<_>>(), ".txt", "vendor/")?);
    let tables = [("PRETRAINED", weights), ("POSTERIORS", posteriors), ("STYLES", styles)];
    let tables = tables.map(|(name, entries)| file_table(name, &entries));
    Ok(format!("// The package's files by name. Made by the build.\n\n{}", tables.join("\n")))
}

/// The name of each file in its table, which is `prefix` and its own without `suffix`, and its place in the package.
fn entries(files: &[PathBuf], suffix: &str, prefix: &str) -> Result<Vec<(String, String)>> {
    let text = |part: Option<&std::ffi::OsStr>| part.and_then(|name| name.to_str()).map(str::to_owned);
    let entry = |path: &PathBuf| {
        let (folder, file) = (text(path.parent()?.file_name())?, text(path.file_name())?);
        Some((format!("{prefix}{}", file.strip_suffix(suffix)?), format!("{folder}/{file}")))
    };
    files
        .iter()
        .map(|path| entry(path).with_context(|| format!("{} has no such name", path.display())))
        .collect()
}

/// Functions, since a bundler keeps what it cannot prove to be unused, and `new URL` might throw.
fn file_table(name: &str, entries: &[(String, String)]) -> String {
    let mut lines = vec![
        "/** @type {Readonly<Record<string, () => string>>} */".to_owned(),
        format!("export const {name} = {{"),
    ];
    let line = |(name, place): &(String, String)| {
        format!("  '{name}': () => new URL('../../{place}', import.meta.url).href,")
    };
    lines.extend(entries.iter().map(line));
    lines.push("};\n".to_owned());
    lines.join("\n")
}

/// Joins what each entry imports. What several need lies in chunks beside them, as deep as the modules that name files by
/// their own URL.
fn join(project: &Project, modules: &Path, package: &Path) -> Result<()> {
    let sh = &project.sh;
    let esbuild = project.path(ESBUILD);
    let entries = ENTRIES.map(|entry| modules.join(entry));
    let places = ["--chunk-names=js/api/[name]-[hash]", "--sourcemap"];
    cmd!(
        sh,
        "node {esbuild} {entries...} --splitting {MINIFY...} {EXTERNAL...} {places...} --outdir={package} --outbase={modules}"
    )
    .run()
    .context("joining the package's modules")?;
    let worker = modules.join(WORKER);
    cmd!(sh, "node {esbuild} {worker} {MINIFY...} {EXTERNAL...} --sourcemap --outfile={package}/{WORKER}")
        .run()
        .context("joining the worker's modules")
}

/// The manifest with the engine's version, the README and the licences.
fn papers(project: &Project, package: &Path, version: &str) -> Result<()> {
    let manifest =
        fs::read_to_string(project.path("www/package/package.json")).context("reading the manifest")?;
    let unset = r#""version": "0.0.0""#;
    ensure!(manifest.contains(unset), "www/package/package.json lacks {unset}");
    let mut said = format!(r#""version": "{version}""#);
    // Where it is published from, which a registry compares with what the publisher proves.
    if let (Ok(server), Ok(repository)) = (env::var("GITHUB_SERVER_URL"), env::var("GITHUB_REPOSITORY")) {
        said += &format!(r#", "repository": {{ "type": "git", "url": "git+{server}/{repository}.git" }}"#);
    }
    fs::write(package.join("package.json"), manifest.replace(unset, &said))?;
    web::copy_into(&project.path("www/package/README.md"), package)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        web::copy_into(&project.path(licence), package)?;
    }
    Ok(())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_tree(source: &Path, target: &Path) -> Result<()> {
    for entry in fs::read_dir(source).with_context(|| format!("reading {}", source.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            web::copy(&from, &to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{copy_tree, entries, file_table, files};
    use std::fs;
    use std::path::PathBuf;

    #[test]
    fn files_are_named_as_they_are_looked_up() {
        let weights =
            entries(&[PathBuf::from("x/pretrained/mini-2.safetensors")], ".safetensors", "").unwrap();
        assert_eq!(
            file_table("PRETRAINED", &weights).lines().nth(2),
            Some("  'mini-2': () => new URL('../../pretrained/mini-2.safetensors', import.meta.url).href,")
        );
        let styles = entries(&[PathBuf::from("vendor/a.css.txt")], ".txt", "vendor/").unwrap();
        assert_eq!(styles, [("vendor/a.css".to_owned(), "vendor/a.css.txt".to_owned())]);
        assert!(entries(&[PathBuf::from("x/a.txt")], ".css", "").is_err());
    }

    #[test]
    fn files_of_one_kind_are_found_in_order_and_none_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.x", "a.x", "c.y"] {
            fs::write(directory.path().join(name), name).unwrap();
        }
        let found = files(directory.path(), "x").unwrap();
        assert_eq!(found, ["a.x", "b.x"].map(|name| directory.path().join(name)));
        assert!(files(directory.path(), "z").is_err());
    }

    #[test]
    fn a_folder_is_copied_with_those_inside() {
        let directory = tempfile::tempdir().unwrap();
        let (source, target) = (directory.path().join("source"), directory.path().join("target"));
        fs::create_dir_all(source.join("inner")).unwrap();
        fs::write(source.join("inner/file"), "text").unwrap();
        copy_tree(&source, &target).unwrap();
        assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), "text");
    }
}
