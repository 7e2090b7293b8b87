// The emoji an incident channel meets; any other stays readable as `:name:`.

import { h } from "./dom.js";
import { drawn } from "./icons.js";

const table = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏 wave 👋 muscle 💪 point_right 👉
point_up 👆 point_down 👇 raised_hand ✋ hand ✋ eyes 👀 ear 👂 brain 🧠 smile 😄 slightly_smiling_face 🙂 joy 😂
sweat_smile 😅 thinking_face 🤔 sleeping 😴 zzz 💤 sob 😭 scream 😱 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
monkey 🐒 monkey_face 🐵 gorilla 🦍 banana 🍌 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌
negative_squared_cross_mark ❎ no_entry ⛔ no_entry_sign 🚫 warning ⚠️ rotating_light 🚨 fire 🔥 boom 💥
fire_extinguisher 🧯 sos 🆘 exclamation ❗ heavy_exclamation_mark ❗ question ❓ bangbang ‼️ red_circle 🔴
large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
white_circle ⚪ black_circle ⚫ red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩
large_blue_square 🟦 large_red_square 🟥 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speaker 🔈 loud_sound 🔊
telephone ☎️ phone ☎️ telephone_receiver 📞 iphone 📱 pager 📟 email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥
speech_balloon 💬 thought_balloon 💭 pushpin 📌 round_pushpin 📍 triangular_flag_on_post 🚩 paperclip 📎 link 🔗
memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄 notebook 📓 book 📖 books 📚 bookmark 🔖 scroll 📜
newspaper 📰 calendar 📆 date 📅 spiral_calendar_pad 🗓️ clock1 🕐 clock3 🕒 clock9 🕘 alarm_clock ⏰ stopwatch ⏱️
timer_clock ⏲️ hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ mag 🔍 mag_right 🔎 bulb 💡 wrench 🔧 hammer 🔨
hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 package 📦 rocket 🚀 ship 🚢 construction 🚧 building_construction 🏗️
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 computer 💻 desktop_computer 🖥️ floppy_disk 💾
cloud ☁️ zap ⚡ electric_plug 🔌 battery 🔋 lock 🔒 unlock 🔓 closed_lock_with_key 🔐 key 🔑 shield 🛡️ robot_face 🤖
robot 🤖 ghost 👻 skull 💀 bug 🐛 tada 🎉 confetti_ball 🎊 star ⭐ sparkles ✨ 100 💯 heart ❤️ green_heart 💚
arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️ arrow_forward ▶️ arrow_heading_up ⤴️
leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄 repeat 🔁 rewind ⏪ fast_forward ⏩ double_vertical_bar ⏸️
black_square_for_stop ⏹️ heavy_plus_sign ➕ heavy_minus_sign ➖ information_source ℹ️ new 🆕 ok 🆗 up 🆙 cool 🆒
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ bust_in_silhouette 👤 busts_in_silhouette 👥 female-firefighter 👩‍🚒
firefighter 🧑‍🚒 helmet_with_white_cross ⛑️ ambulance 🚑 hospital 🏥 checkered_flag 🏁 crown 👑 technologist 🧑‍💻
coffee ☕ sunrise 🌅 crescent_moon 🌙 full_moon 🌕 sunny ☀️ house 🏠 globe_with_meridians 🌐 earth_africa 🌍
radio_button 🔘 white_medium_square ◻️ small_blue_diamond 🔹 small_orange_diamond 🔸 label 🏷️ ticket 🎫 test_tube 🧪
detective 🕵️ microscope 🔬 stethoscope 🩺 thermometer 🌡️ ring_buoy 🛟 people_holding_hands 🧑‍🤝‍🧑 raising_hand 🙋
`;

const known = new Map();
const words = table.trim().split(/\s+/);
for (let i = 0; i < words.length; i += 2) known.set(words[i], words[i + 1]);

// Without an emoji font the characters would be empty boxes; then the names say more.
const hasFont = (() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 24;
  canvas.font = "18px sans-serif";
  canvas.fillText("\u{1F534}", 0, 18);
  const { data } = canvas.getImageData(0, 0, 24, 24);
  // The red circle is black where it is only an empty box.
  return data.some((value, index) => index % 4 === 0 && value > 120);
})();

export const isEmoji = (name) => known.has(name.split("::")[0]);

/** The sign for a name, with or without a skin tone; the name itself where there is none. */
export function emojiNode(name) {
  const base = name.split("::")[0];
  const sign = drawn(base);
  if (sign) return sign;
  if (!hasFont || !known.has(base)) return h("span", { class: "emoji-name" }, `:${base}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": base.replaceAll("_", " "), title: `:${base}:` }, known.get(base));
}
