//! `pictures FOLDER` saves both windows in every state, and the client's in every language; `pictures --guides` renews
//! those in the guides.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the pictures are made on Linux");
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    use std::path::{Path, PathBuf};

    use clap::Parser;
    use farhand_proto::language::Language;
    use farhand_tests::pictures::{IN_GUIDES, all, client, write};
    use farhand_window::egui::Theme;

    #[derive(Parser)]
    struct Arguments {
        /// Where to save all of them, light and dark, and the client's in every language
        #[arg(required_unless_present = "guides")]
        folder: Option<PathBuf>,
        /// Save those of docs/pictures anew
        #[arg(long)]
        guides: bool,
    }

    let arguments = Arguments::parse();
    if let Some(folder) = arguments.folder {
        std::fs::create_dir_all(&folder)?;
        for (theme, ending) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            for (name, still) in all(theme, 1.0) {
                write(&folder.join(format!("{name}-{ending}.png")), &still)?;
            }
        }
        for language in Language::ALL {
            for (name, still) in client(language.code(), Theme::Light, 1.0) {
                write(&folder.join(format!("{name}-{}.png", language.code())), &still)?;
            }
        }
    }
    if arguments.guides {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
        std::fs::create_dir_all(&folder)?;
        let pictures = all(Theme::Light, 1.0);
        for (file, state) in IN_GUIDES {
            let found = pictures.iter().find(|(name, _)| name == state);
            let (_, still) =
                found.ok_or_else(|| std::io::Error::other(format!("there is no state {state}")))?;
            write(&folder.join(format!("{file}.png")), still)?;
        }
    }
    Ok(())
}
