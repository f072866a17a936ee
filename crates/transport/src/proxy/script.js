// What a PAC file may call. Names of hosts are looked up, and patterns compared, outside.
"use strict";
function isPlainHostName(host) {
    return !/[.:]/.test(String(host));
}
function dnsDomainIs(host, domain) {
    return String(host).toLowerCase().endsWith(String(domain).toLowerCase());
}
function localHostOrDomainIs(host, whole) {
    const [name, full] = [String(host).toLowerCase(), String(whole).toLowerCase()];
    return name === full || full.startsWith(name + ".");
}
function dnsDomainLevels(host) {
    return String(host).split(".").length - 1;
}
function dnsResolve(host) {
    const found = farhandResolve(String(host));
    return found === undefined ? null : found;
}
function isResolvable(host) {
    return dnsResolve(host) !== null;
}
function myIpAddress() {
    return farhandAddress();
}
function convert_addr(address) {
    const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(String(address));
    return parts === null ? 0 : parts.slice(1).reduce((sum, part) => sum * 256 + (part & 255), 0);
}
function isInNet(host, network, mask) {
    const found = /^\d+\.\d+\.\d+\.\d+$/.test(String(host)) ? host : dnsResolve(host);
    if (found === null) return false;
    const masked = (address) => (convert_addr(address) & convert_addr(mask)) >>> 0;
    return masked(found) === masked(network);
}
function shExpMatch(text, pattern) {
    return farhandMatches(String(text), String(pattern));
}
function alert() {}

const [farhandNow, weekdayRange, dateRange, timeRange] = (() => {
    const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let fixed = null;
    // The arguments without a last "GMT", and the time now where they are meant.
    const read = (given) => {
        const list = Array.from(given);
        const isGmt = list.length > 0 && String(list[list.length - 1]).toUpperCase() === "GMT";
        if (isGmt) list.pop();
        const now = fixed === null ? new Date() : new Date(fixed);
        const get = (part) => (isGmt ? now["getUTC" + part]() : now["get" + part]());
        return [list, get];
    };
    // Whether something lies between two others, lists of numbers of which the first counts most; round the end where
    // the second is before the first.
    const between = (from, at, to) => {
        const order = (a, b) => {
            const index = a.findIndex((value, index) => value !== b[index]);
            return index < 0 ? 0 : a[index] - b[index];
        };
        const [after, before] = [order(at, from) >= 0, order(at, to) <= 0];
        return order(from, to) <= 0 ? after && before : after || before;
    };
    const weekdays = function () {
        const [list, get] = read(arguments);
        const days = list.map((day) => DAYS.indexOf(String(day).toUpperCase()));
        if (days.includes(-1) || days.length < 1 || days.length > 2) return false;
        return between([days[0]], [get("Day")], [days[days.length - 1]]);
    };
    const dates = function () {
        const [list, get] = read(arguments);
        const kinds = [];
        const values = list.map((given) => {
            const month = MONTHS.indexOf(String(given).toUpperCase());
            const number = month >= 0 ? month : Number(given);
            kinds.push(month >= 0 ? "Month" : number > 31 ? "FullYear" : "Date");
            return number;
        });
        const half = list.length === 1 ? 1 : list.length / 2;
        const ends = [kinds.slice(0, half), kinds.slice(-half)].map((end) => end.join());
        if (list.length < 1 || half !== Math.floor(half) || ends[0] !== ends[1]) return false;
        // The year counts most.
        const order = ["FullYear", "Month", "Date"].filter((kind) => kinds.includes(kind));
        const sorted = (part) => order.map((kind) => part[kinds.indexOf(kind)]);
        return between(sorted(values.slice(0, half)), order.map(get), sorted(values.slice(-half)));
    };
    const times = function () {
        const [list, get] = read(arguments);
        const half = list.length === 1 ? 1 : list.length / 2;
        if (list.length < 1 || half !== Math.floor(half) || half > 3) return false;
        const end = (values, rest) => values.map(Number).concat([rest, rest]).slice(0, 3);
        const at = [get("Hours"), get("Minutes"), get("Seconds")];
        return between(end(list.slice(0, half), 0), at, end(list.slice(-half), 59));
    };
    return [(time) => { fixed = time; }, weekdays, dates, times];
})();
