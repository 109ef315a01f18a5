// Credit by period and status, stacked. The figures are in the page; colours are those of the stylesheet.
"use strict";

const grouped = (whole) => whole.toString().replace(/(?<=\d)(?=(\d\d)+\d{3}$)|(?<=\d)(?=\d{3}$)/g, ",");
const lakh = (paise) => `${grouped(Math.round(Math.abs(paise) / 1e7)).replace(/^/, paise < 0 ? "−" : "")} lakh`;
const rupees = (paise) => `${paise < 0 ? "−" : ""}₹ ${grouped(Math.trunc(Math.abs(paise) / 100))}`;

function draw(element, chart) {
  const data = JSON.parse(element.dataset.chart);
  const names = JSON.parse(element.dataset.names);
  const ink = desk.color("--ink");
  const line = desk.color("--line");
  chart.setOption(
    {
      animation: false,
      textStyle: { fontFamily: "inherit", color: ink },
      grid: { left: 8, right: 8, top: 60, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: { color: ink } },
      // Rich text: a box of HTML would need styles that the page forbids.
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: rupees },
      xAxis: { type: "category", data: data.periods, axisLabel: { color: ink }, axisLine: { lineStyle: { color: line } } },
      yAxis: { type: "value", axisLabel: { color: ink, formatter: (paise) => (Math.abs(paise) < 1e7 ? rupees(paise) : lakh(paise)) }, splitLine: { lineStyle: { color: line } } },
      series: data.series.map(({ name, paise }) => ({
        name: names[name], type: "bar", stack: "credit", data: paise, barMaxWidth: 64,
        itemStyle: { color: desk.color(`--${name.replace(" ", "-")}`) },
      })),
    },
    true,
  );
}

addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("[data-chart]")) {
    const chart = echarts.init(element, null, { renderer: "canvas" });
    draw(element, chart);
    addEventListener("resize", () => chart.resize());
    document.addEventListener("theme", () => draw(element, chart));
  }
});
