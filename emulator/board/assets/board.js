/* The board's script: reads the page again when the account changes, adds calls to the log, moves cards. */
/* global document, window, location, EventSource, DOMParser, fetch, localStorage */
'use strict';

const KEPT_CALLS = 100;
const element = (id) => document.getElementById(id);

/* --- the page follows the account --------------------------------------------------------------------------------- */

let dragging = null;
let stale = false;
let reading = false;

async function readAgain() {
	if (dragging || reading) {
		stale = true;
		return;
	}
	reading = true;
	try {
		const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
		const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
		swapView(next);
	} catch {
		// The emulator is restarting; the stream says when it is back.
	} finally {
		reading = false;
		if (stale) {
			stale = false;
			void readAgain();
		}
	}
}

function swapView(next) {
	const view = element('view');
	// Somebody is typing in the search field: do not take it away.
	if (view.contains(document.activeElement) && document.activeElement.matches('input')) return;
	const known = new Map([...view.querySelectorAll('[data-key]')].map((row) => [row.dataset.key, row.dataset.version]));
	const scrolled = [...view.querySelectorAll('.cards, .kanban, .list, .detail')].map((box) => [box.scrollTop, box.scrollLeft]);
	view.innerHTML = next.getElementById('view').innerHTML;
	[...view.querySelectorAll('.cards, .kanban, .list, .detail')].forEach((box, index) => {
		const [top = 0, left = 0] = scrolled[index] ?? [];
		box.scrollTop = top;
		box.scrollLeft = left;
	});
	for (const row of view.querySelectorAll('[data-key]')) {
		if (known.get(row.dataset.key) !== row.dataset.version) row.classList.add('fresh');
	}
}

function addCall(markup) {
	const calls = element('calls');
	calls.insertAdjacentHTML('afterbegin', markup);
	calls.firstElementChild.classList.add('fresh');
	while (calls.children.length > KEPT_CALLS) calls.lastElementChild.remove();
}

function listen() {
	const source = new EventSource('/board/live');
	let lost = false;
	source.addEventListener('open', () => {
		element('live').className = 'on';
		if (lost) void readAgain();
		lost = false;
	});
	source.addEventListener('error', () => {
		element('live').className = 'off';
		lost = true;
	});
	source.addEventListener('log', ({ data }) => addCall(data));
	source.addEventListener('change', () => void readAgain());
	window.addEventListener('pagehide', () => source.close());
}

/* --- a card goes to another stage --------------------------------------------------------------------------------- */

const columnOf = (target) => {
	const column = target.closest?.('.column');
	return column && column.dataset.type !== '1' ? column : null;
};

function mark(column) {
	for (const marked of document.querySelectorAll('.column.target')) if (marked !== column) marked.classList.remove('target');
	column?.classList.add('target');
}

document.addEventListener('dragstart', (event) => {
	dragging = event.target.closest?.('.card[draggable]') ?? null;
	if (!dragging) return;
	event.dataTransfer.effectAllowed = 'move';
	event.dataTransfer.setData('text/plain', dragging.dataset.lead);
	dragging.classList.add('dragged');
});

document.addEventListener('dragover', (event) => {
	const column = dragging && columnOf(event.target);
	mark(column);
	if (column) event.preventDefault();
});

document.addEventListener('dragend', () => {
	dragging?.classList.remove('dragged');
	dragging = null;
	mark(null);
	if (stale) {
		stale = false;
		void readAgain();
	}
});

document.addEventListener('drop', (event) => {
	const column = dragging && columnOf(event.target);
	if (!column) return;
	event.preventDefault();
	const card = dragging;
	if (card.closest('.column') === column) return;
	column.querySelector('.cards').prepend(card);
	void move(card.dataset.lead, Number(column.dataset.status), Number(column.closest('.kanban').dataset.pipeline));
});

async function move(lead, status, pipeline) {
	const answer = await fetch(`/board/leads/${lead}/stage`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ status_id: status, pipeline_id: pipeline }),
	}).catch(() => null);
	if (answer?.ok) return;
	toast(document.body.dataset.moveFailed);
	await readAgain();
}

function toast(text) {
	const box = element('toast');
	box.textContent = text;
	box.classList.add('shown');
	window.setTimeout(() => box.classList.remove('shown'), 4000);
}

/* --- rows and the log panel --------------------------------------------------------------------------------------- */

document.addEventListener('click', (event) => {
	if (event.target.closest('a, button, input')) return;
	const row = event.target.closest('tr[data-href]');
	const card = event.target.closest('.card');
	if (row) location.href = row.dataset.href;
	else if (card) location.href = `/leads/detail/${card.dataset.lead}`;
});

/** In a narrow window the log lies over the page, and so it comes only when it is called. */
const isNarrow = window.matchMedia('(max-width: 1100px)').matches;

const showLog = (shown) => document.body.classList.toggle('nolog', !shown);

element('toggle-log').addEventListener('click', () => {
	const shown = document.body.classList.contains('nolog');
	showLog(shown);
	if (!isNarrow) localStorage.setItem('log', shown ? 'shown' : 'hidden');
});
showLog(!isNarrow && localStorage.getItem('log') !== 'hidden');
listen();
