import { html, type Markup } from '../html/escape';
import type { LeadRow, PipelineRow, StatusRow } from '../store/rows';
import { LOST, WON } from '../store/account';
import { walk } from '../store/table';
import { avatar, cardLink, linked, tagList, version } from './parts';
import type { View } from './view';

/** The pipeline as columns of cards. Long columns show their newest cards and the count of the rest. */

const CARDS = 40;

interface Column {
	status: StatusRow;
	leads: LeadRow[];
	count: number;
	sum: number;
}

export function kanban(view: View, pipeline: PipelineRow): Markup {
	const columns = columnsOf(view, pipeline);
	const total = columns.reduce((sum, column) => sum + column.count, 0);
	const money = columns.reduce((sum, column) => sum + column.sum, 0);
	return html`<header class="bar">
		<nav class="tabs" aria-label="${view.texts.pipeline}">${pipelinesOf(view).map(
			({ id, name }) => html`<a href="/leads/pipeline/${id}"${id === pipeline.id ? html` class="on" aria-current="page"` : ''}>${name}</a>`,
		)}</nav>
		<span class="sums">${view.texts.leads}: <b>${view.number(total)}</b> · <b>${view.money(money)}</b></span>
		<a class="switch" href="/leads/list/">${view.texts.list}</a>
	</header>
	<div class="kanban" data-pipeline="${pipeline.id}">${columns.map((column) => columnMarkup(view, column))}</div>`;
}

export const pipelinesOf = (view: View): PipelineRow[] =>
	[...view.world.account.pipelines.values()].filter(({ is_archive }) => !is_archive).sort((a, b) => a.sort - b.sort);

function columnsOf(view: View, pipeline: PipelineRow): Column[] {
	const statuses = pipeline.statuses.filter(({ type }) => type !== 1 || pipeline.is_unsorted_on).sort((a, b) => a.sort - b.sort);
	const columns = new Map(statuses.map((status): [number, Column] => [status.id, { status, leads: [], count: 0, sum: 0 }]));
	for (const lead of walk(view.world.account.leads.sortedBy('updated_at'), true)) {
		const column = lead.pipeline_id === pipeline.id && !lead.is_deleted ? columns.get(lead.status_id) : undefined;
		if (!column) continue;
		column.count += 1;
		column.sum += lead.price;
		if (column.leads.length < CARDS) column.leads.push(lead);
	}
	return [...columns.values()];
}

function columnMarkup(view: View, { status, leads, count, sum }: Column): Markup {
	const rest = count - leads.length;
	const kind = status.id === WON ? 'won' : status.id === LOST ? 'lost' : status.type === 1 ? 'unsorted' : '';
	return html`<section class="column ${kind}" data-status="${status.id}" data-type="${status.type}">
		<h2 style="border-color:${status.color}"><span>${status.name}</span><small>${view.number(count)} · ${view.money(sum)}</small></h2>
		<div class="cards">${leads.map((lead) => card(view, lead))}${rest > 0 ? html`<p class="rest">${view.texts.more}: ${view.number(rest)}</p>` : ''}</div>
	</section>`;
}

function card(view: View, lead: LeadRow): Markup {
	const [contact] = linked(view, 'leads', lead.id, 'contacts');
	const [company] = linked(view, 'leads', lead.id, 'companies');
	const who = [contact?.row.name, company?.row.name].filter(Boolean).join(', ');
	const tags = tagList(view, 'leads', lead);
	return html`<article class="card" data-lead="${lead.id}" data-key="leads-${lead.id}" data-version="${version(lead, lead.status_id)}"${lead.is_unsorted ? '' : html` draggable="true"`}>
		<div class="top"><span class="who">${who}</span>${avatar(view, lead.responsible_user_id)}</div>
		<div class="name">${cardLink('leads', lead)}</div>
		${tags.length > 0 ? html`<div class="tags">${tags}</div>` : ''}
		<div class="bottom"><span class="price">${lead.price > 0 ? view.money(lead.price_with_minor_units) : ''}</span>${taskMark(view, lead)}</div>
	</article>`;
}

function taskMark(view: View, { closest_task_at, status_id }: LeadRow): Markup {
	if (status_id === WON || status_id === LOST) return html``;
	if (closest_task_at === null) return html`<span class="todo none">${view.texts.noTask}</span>`;
	const late = closest_task_at < view.world.clock.seconds();
	return html`<span class="todo ${late ? 'late' : 'planned'}" title="${view.texts.due}">${view.date(closest_task_at)}</span>`;
}
