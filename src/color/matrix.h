// 3 x 3 matrices of colours.
#pragma once

namespace crop64 {

struct Matrix {
  double rows[3][3];
};

constexpr Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix product = {};
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 3; ++k) {
      for (int j = 0; j < 3; ++j) {
        product.rows[i][j] += a.rows[i][k] * b.rows[k][j];
      }
    }
  }
  return product;
}

// Of a matrix whose rows are independent; otherwise its numbers are not finite.
constexpr Matrix inverse(const Matrix& matrix) {
  const auto& m = matrix.rows;
  Matrix result = {};
  for (int i = 0; i < 3; ++i) {
    const auto& next = m[(i + 1) % 3];
    const auto& last = m[(i + 2) % 3];
    for (int k = 0; k < 3; ++k) {
      const int k1 = (k + 1) % 3;
      const int k2 = (k + 2) % 3;
      result.rows[k][i] = next[k1] * last[k2] - next[k2] * last[k1];
    }
  }
  const auto& r = result.rows;
  const double determinant = m[0][0] * r[0][0] + m[0][1] * r[1][0] + m[0][2] * r[2][0];
  for (auto& row : result.rows) {
    for (double& value : row) {
      value /= determinant;
    }
  }
  return result;
}

}  // namespace crop64
