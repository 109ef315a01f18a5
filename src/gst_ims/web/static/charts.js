// Bars of rupees, stacked by status. The figures are in the page; colours are those of the stylesheet.
"use strict";

const grouped = (whole) => whole.toString().replace(/(?<=\d)(?=(\d\d)+\d{3}$)|(?<=\d)(?=\d{3}$)/g, ",");
const rupees = (paise) => `${paise < 0 ? "−" : ""}₹ ${grouped(Math.trunc(Math.abs(paise) / 100))}`;
const told = (element, name) => JSON.parse(element.dataset[name] ?? "null");

// Lakh below a crore, crore from there on; whole rupees below a lakh.
function short(paise, units) {
  const [size, unit] = Math.abs(paise) >= 1e9 ? [1e9, units.crore] : [1e7, units.lakh];
  return Math.abs(paise) < 1e7 ? rupees(paise) : `${paise < 0 ? "−" : ""}${grouped(+(Math.abs(paise) / size).toFixed(1))} ${unit}`;
}

function draw(element, chart) {
  const data = told(element, "chart");
  const [names, units] = [told(element, "names"), told(element, "units")];
  const ink = desk.color("--ink");
  const line = desk.color("--line");
  const { fontFamily } = getComputedStyle(document.body);
  const lying = "lying" in element.dataset;
  const categories = {
    type: "category", data: data.categories ?? told(element, "categories"), axisLine: { lineStyle: { color: line } },
    axisLabel: { color: ink, ...(lying && { width: 150, overflow: "truncate" }) },
  };
  const amounts = { type: "value", splitNumber: lying ? 3 : 5, axisLabel: { color: ink, formatter: (paise) => short(paise, units) }, splitLine: { lineStyle: { color: line } } };
  chart.setOption(
    {
      animation: false,
      textStyle: { fontFamily, color: ink },
      grid: { left: 8, right: 16, top: lying ? 8 : 36, bottom: 8, containLabel: true },
      legend: { show: !lying, top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: ink } },
      // Rich text: a box of HTML would need styles that the page forbids.
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: rupees },
      xAxis: lying ? amounts : categories,
      yAxis: lying ? categories : amounts,
      series: data.series.map(({ name, paise }) => ({
        name: names[name], type: "bar", stack: "credit", data: paise, barMaxWidth: lying ? 18 : 64,
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
    const anew = () => { chart.resize(); draw(element, chart); };
    addEventListener("resize", anew);
    addEventListener("beforeprint", anew);
    document.addEventListener("theme", anew);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  }
});
