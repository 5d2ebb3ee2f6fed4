/** How many columns a text takes that has no emoji, no wide letters and no colours, as the help of nmgen has none. */
export default text => text.length
