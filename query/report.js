"use strict";
/* Adds to a page that is whole without it: tables sort and filter. */
function value(row, column, numeric) {
	const cell = row.cells[column];
	const text = cell.dataset.v ?? cell.textContent.trim();
	if (!numeric)
		return text.toLowerCase();
	const number = parseFloat(text);
	return Number.isNaN(number) ? -Infinity : number;
}

function sort(table, head, column) {
	const numeric = head.classList.contains("n");
	const now = head.getAttribute("aria-sort");
	const down = now ? now === "ascending" : numeric;
	const body = table.tBodies[0];
	const rows = [...body.rows];
	rows.sort((a, b) => {
		const x = value(a, column, numeric);
		const y = value(b, column, numeric);
		const order = x < y ? -1 : x > y ? 1 : 0;
		return down ? -order : order;
	});
	for (const other of head.parentNode.cells)
		other.removeAttribute("aria-sort");
	head.setAttribute("aria-sort", down ? "descending" : "ascending");
	body.append(...rows);
}

function makeSortable(table) {
	[...table.tHead.rows[0].cells].forEach((head, column) => {
		if (!head.textContent.trim() || head.dataset.fixed !== undefined)
			return;
		const button = document.createElement("button");
		button.type = "button";
		button.append(...head.childNodes);
		button.addEventListener("click", () => sort(table, head, column));
		head.append(button);
	});
}

function makeFilter(table) {
	const box = document.createElement("div");
	const label = document.createElement("label");
	const input = document.createElement("input");
	const said = document.createElement("span");
	const rows = [...table.tBodies[0].rows];
	box.className = "filter";
	label.textContent = "Filter";
	input.type = "search";
	input.id = table.id + "-filter";
	label.htmlFor = input.id;
	input.setAttribute("aria-controls", table.id);
	said.setAttribute("role", "status");
	input.addEventListener("input", () => {
		const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;
		for (const row of rows) {
			const text = row.textContent.toLowerCase();
			row.hidden = !words.every((word) => text.includes(word));
			shown += !row.hidden;
		}
		said.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
	});
	box.append(label, input, said);
	table.parentNode.before(box);
}

for (const table of document.querySelectorAll("table.rows")) {
	if (table.tBodies[0].rows.length < 2)
		continue;
	makeSortable(table);
	if (table.tBodies[0].rows.length > 7)
		makeFilter(table);
}

/* On a narrow screen the present window is seen first, not the oldest. */
const windows = document.querySelector(".chart");
if (windows)
	windows.scrollLeft = windows.scrollWidth;
