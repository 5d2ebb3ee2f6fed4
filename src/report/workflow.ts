/** A workflow command of GitHub Actions. What would end it or its properties is escaped as the runner undoes it. */
export const annotation = (
  level: 'error' | 'warning' | 'notice',
  file: string,
  title: string,
  text: string,
): string => `::${level} file=${property(file)},line=1,title=${property(title)}::${data(text)}\n`

const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
