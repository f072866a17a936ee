//! How both windows look: two typefaces, calm colours in light and dark, room to click.

use std::sync::Arc;

use egui::style::{TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke,
    TextStyle, Theme, Vec2, Visuals,
};

/// Text in the heavier typeface: headings, what matters in a sentence.
#[must_use]
pub fn strong() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The style of numbers that are read aloud.
#[must_use]
pub fn number_style() -> TextStyle {
    TextStyle::Name("number".into())
}

/// The style of what a window is about, above its other text.
#[must_use]
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// The colours of one of the two themes. Every text colour has a contrast of at least 4.5 to 1 against every
/// background of its theme (WCAG 2.2, 1.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Behind what belongs together.
    pub card: Color32,
    /// Around cards and fields.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text that may be overlooked.
    pub weak: Color32,
    /// The one thing to do, and what has the focus.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Ready.
    pub good: Color32,
    /// Trying, waiting.
    pub trying: Color32,
    /// Can't go on.
    pub bad: Color32,
    /// Behind a button that is not the one thing to do.
    pub button: Color32,
}

impl Palette {
    const LIGHT: Self = Self {
        ground: Color32::from_rgb(0xf4, 0xf6, 0xf9),
        card: Color32::from_rgb(0xff, 0xff, 0xff),
        line: Color32::from_rgb(0xc5, 0xcd, 0xd8),
        text: Color32::from_rgb(0x1a, 0x22, 0x2d),
        weak: Color32::from_rgb(0x51, 0x5d, 0x6d),
        accent: Color32::from_rgb(0x1d, 0x5b, 0xb5),
        on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
        good: Color32::from_rgb(0x17, 0x72, 0x36),
        trying: Color32::from_rgb(0x96, 0x50, 0x00),
        bad: Color32::from_rgb(0xb0, 0x22, 0x1b),
        button: Color32::from_rgb(0xe4, 0xe9, 0xf0),
    };

    const DARK: Self = Self {
        ground: Color32::from_rgb(0x16, 0x1a, 0x20),
        card: Color32::from_rgb(0x20, 0x26, 0x2e),
        line: Color32::from_rgb(0x41, 0x4b, 0x59),
        text: Color32::from_rgb(0xe9, 0xed, 0xf2),
        weak: Color32::from_rgb(0xa9, 0xb4, 0xc1),
        accent: Color32::from_rgb(0x86, 0xb6, 0xff),
        on_accent: Color32::from_rgb(0x0a, 0x17, 0x2b),
        good: Color32::from_rgb(0x66, 0xd0, 0x8a),
        trying: Color32::from_rgb(0xf3, 0xb0, 0x58),
        bad: Color32::from_rgb(0xff, 0x96, 0x8c),
        button: Color32::from_rgb(0x2f, 0x38, 0x44),
    };

    /// The colours of a theme.
    #[must_use]
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::LIGHT,
            Theme::Dark => Self::DARK,
        }
    }

    /// The colours that this part of a window is drawn in.
    #[must_use]
    pub fn in_use(ui: &egui::Ui) -> Self {
        Self::of(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
    }
}

/// Puts typefaces, colours and sizes into a context.
pub fn install(context: &Context) {
    context.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        context.style_mut_of(theme, |style| {
            let regular = |size| FontId::new(size, FontFamily::Proportional);
            let heavy = |size| FontId::new(size, strong());
            style.text_styles = [
                (TextStyle::Small, regular(13.0)),
                (TextStyle::Body, regular(15.0)),
                (TextStyle::Monospace, regular(15.0)),
                (TextStyle::Button, heavy(15.0)),
                (TextStyle::Heading, heavy(18.0)),
                (title_style(), heavy(22.0)),
                (number_style(), heavy(36.0)),
            ]
            .into();
            style.visuals = visuals(theme);
            style.spacing.item_spacing = Vec2::new(10.0, 8.0);
            style.spacing.button_padding = Vec2::new(14.0, 8.0);
            style.spacing.interact_size = Vec2::new(40.0, 34.0);
            style.spacing.icon_width = 20.0;
            style.spacing.icon_width_inner = 12.0;
            style.spacing.icon_spacing = 10.0;
            style.spacing.menu_margin = Margin::same(8);
            style.animation_time = 0.0;
            style.interaction.selectable_labels = false;
        });
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 2] = [
        ("regular", include_bytes!("../fonts/Inter-Regular.otf")),
        ("strong", include_bytes!("../fonts/Inter-SemiBold.otf")),
    ];
    for (name, face) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(face)));
    }
    let order = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
    fonts.families.insert(FontFamily::Proportional, order("regular", "strong"));
    fonts.families.insert(FontFamily::Monospace, order("regular", "strong"));
    fonts.families.insert(strong(), order("strong", "regular"));
    fonts
}

fn visuals(theme: Theme) -> Visuals {
    let palette = Palette::of(theme);
    let mut visuals = theme.default_visuals();
    let corner_radius = CornerRadius::same(6);
    let widget = |fill, stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius,
        fg_stroke: Stroke::new(1.5, palette.text),
        expansion: 0.0,
    };
    let line = Stroke::new(1.0, palette.line);
    // The mouse darkens a line a little; the frame in the accent's colour is the keyboard's alone.
    let hover = Stroke::new(1.0, palette.weak);
    let focus = Stroke::new(2.0, palette.accent);
    visuals.widgets = Widgets {
        noninteractive: WidgetVisuals {
            fg_stroke: Stroke::new(1.0, palette.text),
            ..widget(palette.card, line)
        },
        inactive: widget(palette.button, line),
        hovered: widget(mix(palette.button, palette.accent, 0.16), hover),
        active: widget(mix(palette.button, palette.accent, 0.30), focus),
        open: widget(palette.button, line),
    };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.weak);
    visuals.panel_fill = palette.ground;
    visuals.window_fill = palette.card;
    visuals.window_stroke = line;
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow::NONE;
    visuals.extreme_bg_color = palette.card;
    visuals.faint_bg_color = mix(palette.ground, palette.line, 0.3);
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.bad;
    visuals.warn_fg_color = palette.trying;
    visuals.selection.bg_fill = mix(palette.card, palette.accent, 0.35);
    visuals.selection.stroke = Stroke::new(2.0, palette.accent);
    visuals.text_cursor =
        TextCursorStyle { stroke: Stroke::new(2.0, palette.accent), blink: false, ..Default::default() };
    visuals
}

/// Between two colours: none of the second at 0, all of it at 1.
fn mix(one: Color32, other: Color32, part: f32) -> Color32 {
    let channel = |one: u8, other: u8| (f32::from(one) + (f32::from(other) - f32::from(one)) * part) as u8;
    Color32::from_rgb(channel(one.r(), other.r()), channel(one.g(), other.g()), channel(one.b(), other.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme);
            for text in
                [palette.text, palette.weak, palette.good, palette.trying, palette.bad, palette.accent]
            {
                for behind in [palette.ground, palette.card] {
                    let contrast = contrast(text, behind);
                    assert!(contrast >= 4.5, "{theme:?}: {text:?} on {behind:?} is {contrast:.2}");
                }
            }
            assert!(contrast(palette.text, palette.button) >= 7.0);
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
        }
    }

    #[test]
    fn the_frame_of_the_focus_is_not_that_of_the_mouse() {
        for theme in [Theme::Light, Theme::Dark] {
            let Visuals { widgets, selection, .. } = visuals(theme);
            for focus in [widgets.active.bg_stroke, selection.stroke] {
                assert_eq!(focus.color, Palette::of(theme).accent);
                assert!(widgets.hovered.bg_stroke.color != focus.color);
                assert!(widgets.hovered.bg_stroke.width < focus.width);
            }
        }
    }

    #[test]
    fn the_typefaces_hold_every_letter_of_the_nine_languages() {
        let letters = "AaÁáÄäÅåÆæÇçČčĎďÉéÈèÊêËëĚěÍíÎîÏïŁłŃńŇňÑñÓóÔôÖöØøŒœŘřŚśŠšŤťÚúŮůÜüÝýŹźŻżŽžßąęàâùûìòőű¿¡«»„“”’–—…€№0123456789";
        let context = Context::default();
        install(&context);
        let _ = context.run_ui(egui::RawInput::default(), |ui| {
            for family in [FontFamily::Proportional, strong()] {
                let font = FontId::new(15.0, family);
                assert!(ui.fonts_mut(|fonts| fonts.has_glyphs(&font, letters)), "{font:?}");
            }
        });
    }
}
