// A history of verdicts: a row per domain, a small bar per window. Bars are links: they open in a new tab like any
// other, and an ordinary click stays inside the app. Texts are set as text, never as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip")
  const tip = make("div", "tip")
  const bars = []

  function make(tag, name, text) {
    const element = document.createElement(tag)
    element.className = name
    if (text) element.textContent = text
    return element
  }

  function place(element, left, width) {
    element.style.left = `${left * 100}%`
    if (width !== undefined) element.style.width = `${width * 100}%`
  }

  function show(link, cell) {
    tip.replaceChildren(...cell.text.map((line, index) => make(index ? "span" : "b", "", line)))
    tip.hidden = false
    const bar = link.getBoundingClientRect(), frame = root.getBoundingClientRect()
    const left = bar.left + bar.width / 2 - frame.left - tip.offsetWidth / 2
    tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`
    tip.style.top = `${bar.bottom - frame.top + 6}px`
  }

  function follow(event, position) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    setTriggerValue("opened", position)
  }

  function walk(event, row) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 }
    const next = row[row.indexOf(event.currentTarget) + steps[event.key]]
    if (!next) return
    event.preventDefault()
    row.forEach((link) => (link.tabIndex = link === next ? 0 : -1))
    next.focus()
  }

  function line(row) {
    const element = make("div", "row"), track = make("div", "track"), links = []
    element.append(make("div", "name", row.label), track)
    track.setAttribute("role", "group")
    track.setAttribute("aria-label", row.label)
    for (const cell of row.cells) {
      const link = make("a", `bar ${cell.status}`), position = bars.push(cell) - 1
      place(link, cell.left, cell.width)
      link.href = row.link + cell.period
      link.target = "_self"
      link.tabIndex = links.length ? -1 : 0
      link.setAttribute("aria-label", cell.text.join(". "))
      const fill = make("i", "")
      fill.style.height = `${cell.height}%`
      link.append(fill)
      link.onclick = (event) => follow(event, position)
      link.onmouseenter = link.onfocus = () => show(link, cell)
      link.onmouseleave = link.onblur = () => (tip.hidden = true)
      link.onkeydown = (event) => walk(event, links)
      links.push(link)
      track.append(link)
    }
    return element
  }

  const groups = data.groups.map((group) => {
    const element = make("div", "group")
    if (group.label) element.append(make("div", "heading", group.label))
    element.append(...group.rows.map(line))
    return element
  })
  const axis = make("div", "row axis"), marks = make("div", "track")
  for (const tick of data.ticks) {
    const mark = make("span", "tick", tick.label)
    place(mark, tick.left)
    marks.append(mark)
  }
  axis.append(make("div", "name"), marks)
  tip.hidden = true
  root.replaceChildren(...groups, axis, tip)
}
