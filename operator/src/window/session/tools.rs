//! What can be done in a session: a button each on the strip, or a section of the menu for the rest.

use farhand_proto::grant::Grant;
use farhand_texts::Texts;
use farhand_window::Capture;
use farhand_window::egui::{self, Popup, PopupCloseBehavior, Response, RichText, vec2};
use farhand_window::theme::{self, Palette};

use super::icons::Icon;
use super::widgets::{button, entry};
use super::{SessionView, Wish};

/// A button of the strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Keys,
    Type,
    Side,
    ViewOnly,
    Capture,
    Monitors,
    Size,
    FullScreen,
}

impl Tool {
    /// Whether a click does it; the others open a menu.
    fn is_switch(self) -> bool {
        matches!(self, Self::Side | Self::ViewOnly | Self::Capture | Self::FullScreen)
    }
}

impl SessionView {
    /// What can be done in this session.
    pub(super) fn tools(&self) -> Vec<Tool> {
        let may_act = self.known.allows(Grant::Control) && self.known.ended.is_none();
        let monitors = self.known.layout.as_ref().map_or(0, |layout| layout.monitors.len());
        let wanted = [
            (Tool::Keys, may_act),
            (Tool::Type, may_act),
            (Tool::Side, true),
            (Tool::ViewOnly, may_act),
            (Tool::Monitors, monitors > 1 && self.known.ended.is_none()),
            (Tool::Size, true),
            (Tool::FullScreen, true),
            (Tool::Capture, may_act && Capture::IS_POSSIBLE),
        ];
        wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(tool, _)| tool).collect()
    }

    pub(super) fn label(&self, tool: Tool, texts: &Texts) -> String {
        texts.get(match tool {
            Tool::Keys => "session-tool-keys",
            Tool::Type => "session-tool-type",
            Tool::Side if self.chat.is_unread => "session-tool-side-unread",
            Tool::Side => "session-tool-side",
            Tool::ViewOnly => "session-tool-view-only",
            Tool::Capture => "session-tool-capture",
            Tool::Monitors => "session-tool-monitors",
            Tool::Size => "session-tool-size",
            Tool::FullScreen if self.chosen.is_full_screen => "session-tool-window",
            Tool::FullScreen => "session-tool-full-screen",
        })
    }

    pub(super) fn draw_tool(
        &mut self,
        ui: &mut egui::Ui,
        tool: Tool,
        label: &str,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) -> Response {
        let palette = Palette::in_use(ui);
        let (icon, is_on) = match tool {
            Tool::Keys => (Icon::Key, None),
            Tool::Type => (Icon::Letters, None),
            Tool::Side => (Icon::Speech, Some(self.chosen.has_side)),
            Tool::ViewOnly => (Icon::Eye, Some(self.chosen.is_view_only)),
            Tool::Capture => (Icon::Keyboard, Some(self.chosen.wants_capture)),
            Tool::Monitors => (Icon::Monitors, None),
            Tool::Size => (Icon::Size, None),
            Tool::FullScreen if self.chosen.is_full_screen => (Icon::Shrink, None),
            Tool::FullScreen => (Icon::Grow, None),
        };
        let needs_control = matches!(tool, Tool::Keys | Tool::Type | Tool::Capture);
        let is_usable = !needs_control || self.can_act();
        let is_called = tool == Tool::Side && self.chat.is_unread;
        let colour = if is_called { palette.accent } else { palette.text };
        let response = ui.add_enabled_ui(is_usable, |ui| button(ui, icon, label, colour, is_on)).inner;
        let response = match tool {
            Tool::Capture => response.on_hover_text(texts.get("session-tool-capture-hint")),
            Tool::FullScreen => response.on_hover_text("F11"),
            Tool::ViewOnly => response.on_hover_text(texts.get("session-tool-view-only-hint")),
            Tool::Side => response.on_hover_text(texts.get("session-tool-side-hint")),
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => response,
        };
        match tool {
            Tool::Side | Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {
                if response.clicked() {
                    self.switch(tool, wishes);
                }
            }
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {
                let popup = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                let just_opened = response.clicked();
                if just_opened {
                    // Arrow keys lead into the menu; what is chosen there gives the keyboard back.
                    response.request_focus();
                }
                popup.show(|ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
                    ui.set_width(if tool == Tool::Type { 380.0 } else { 260.0 });
                    self.draw_menu(ui, tool, just_opened, texts, wishes);
                });
            }
        }
        response
    }

    pub(super) fn draw_more(
        &mut self,
        button: &Response,
        tools: &[Tool],
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) {
        let popup = Popup::menu(button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        if button.clicked() {
            button.request_focus();
        }
        popup.show(|ui| {
            let most = ui.ctx().content_rect().height() - 80.0;
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            ui.set_width(300.0);
            egui::ScrollArea::vertical().max_height(most.max(160.0)).show(ui, |ui| {
                // What takes one line comes first, so that it is found without scrolling.
                let (lines, menus): (Vec<Tool>, Vec<Tool>) =
                    tools.iter().copied().partition(|tool| tool.is_switch());
                for tool in lines.into_iter().chain(menus) {
                    self.draw_section(ui, tool, texts, wishes);
                }
            });
        });
    }

    /// A tool inside of the menu for what finds no room on the strip.
    fn draw_section(&mut self, ui: &mut egui::Ui, tool: Tool, texts: &Texts, wishes: &mut Vec<Wish>) {
        let palette = Palette::in_use(ui);
        let label = self.label(tool, texts);
        match tool {
            Tool::Side | Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {
                let is_on = match tool {
                    Tool::Side => self.chosen.has_side,
                    Tool::ViewOnly => self.chosen.is_view_only,
                    Tool::Capture => self.chosen.wants_capture,
                    _ => self.chosen.is_full_screen,
                };
                let is_usable = tool != Tool::Capture || self.can_act();
                if ui.add_enabled_ui(is_usable, |ui| entry(ui, &label, Some(is_on))).inner.clicked() {
                    self.switch(tool, wishes);
                    ui.close();
                }
            }
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {
                ui.label(RichText::new(label).family(theme::strong()).color(palette.weak));
                let needs_control = matches!(tool, Tool::Keys | Tool::Type);
                let is_usable = !needs_control || self.can_act();
                ui.add_enabled_ui(is_usable, |ui| self.draw_menu(ui, tool, false, texts, wishes));
                ui.add_space(4.0);
            }
        }
    }

    fn switch(&mut self, tool: Tool, wishes: &mut Vec<Wish>) {
        match tool {
            Tool::ViewOnly => {
                wishes.extend(self.release());
                self.chosen.is_view_only = !self.chosen.is_view_only;
                self.chosen.wants_capture = false;
            }
            Tool::Side => {
                self.chosen.has_side = !self.chosen.has_side;
                if self.chosen.has_side {
                    // Who opens it has something to say.
                    self.chat.wants_focus = true;
                    return self.devices.turn_beside();
                }
            }
            Tool::Capture => self.chosen.wants_capture = !self.chosen.wants_capture,
            Tool::FullScreen => self.set_full_screen(!self.chosen.is_full_screen),
            Tool::Keys | Tool::Type | Tool::Monitors | Tool::Size => {}
        }
        self.devices.focus_picture();
    }

    fn draw_menu(
        &mut self,
        ui: &mut egui::Ui,
        tool: Tool,
        just_opened: bool,
        texts: &Texts,
        wishes: &mut Vec<Wish>,
    ) {
        match tool {
            Tool::Keys => self.draw_keys(ui, texts, wishes),
            Tool::Type => self.draw_typing(ui, just_opened, texts, wishes),
            Tool::Monitors => self.draw_monitors(ui, texts, wishes),
            Tool::Size => self.draw_sizes(ui, texts, wishes),
            Tool::Side | Tool::ViewOnly | Tool::Capture | Tool::FullScreen => {}
        }
    }
}
