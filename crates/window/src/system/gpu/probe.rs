//! Whether there is a graphics processor, before and after OpenGL was asked.

/// Whether asking OpenGL is worth its time and memory: on Linux without a device for this user, it would only load
/// the large library that draws on the processor.
pub(super) fn may_have_one() -> bool {
    #[cfg(target_os = "linux")]
    return devices()
        .iter()
        .any(|device| std::fs::File::options().read(true).write(true).open(device).is_ok());
    #[cfg(not(target_os = "linux"))]
    true
}

/// Where Linux has graphics processors: the kernel's own drivers, NVIDIA's, and Windows' beneath WSL.
#[cfg(target_os = "linux")]
fn devices() -> Vec<std::path::PathBuf> {
    let mut devices = vec!["/dev/nvidiactl".into(), "/dev/dxg".into()];
    if let Ok(nodes) = std::fs::read_dir("/dev/dri") {
        let nodes = nodes.flatten().filter(|node| node.file_name().to_string_lossy().starts_with("renderD"));
        devices.extend(nodes.map(|node| node.path()));
    }
    devices
}

/// Whether OpenGL calls itself by the name of one of the programs that draw on the processor.
pub(super) fn is_software(renderer: &str) -> bool {
    /// Mesa's three, Google's, Microsoft's two, and Apple's and others' that say it plainly.
    const NAMES: [&str; 7] =
        ["llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render", "software"];
    let renderer = renderer.to_lowercase();
    NAMES.iter().any(|name| renderer.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_processors() {
        for renderer in [
            "llvmpipe (LLVM 15.0.6, 256 bits)",
            "softpipe",
            "Software Rasterizer",
            "zink Vulkan 1.3(llvmpipe (LLVM 17.0.6, 256 bits) (MESA_LLVMPIPE))",
            "GDI Generic",
            "D3D12 (Microsoft Basic Render Driver)",
            "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)",
        ] {
            assert!(is_software(renderer), "{renderer}");
        }
        for renderer in [
            "Mesa Intel(R) UHD Graphics 620 (KBL GT2)",
            "AMD Radeon RX 6600 (radeonsi, navi23, LLVM 15.0.6, DRM 3.49)",
            "NVIDIA GeForce GTX 1650/PCIe/SSE2",
            "virgl (Mesa Intel(R) Xe Graphics)",
            "D3D12 (NVIDIA GeForce RTX 3060)",
        ] {
            assert!(!is_software(renderer), "{renderer}");
        }
    }
}
